/// A pattern as a nondeterministic automaton (Thompson 1968): what may stand next, without an order of preference.
struct RegexProgram: Sendable {
    /// Instructions of one pattern, with its counted repetitions written out.
    static let maxInstructions = 10_000

    enum Instruction: Sendable {
        /// One character of a class.
        case symbol(Int, next: Int32)
        case split(Int32, Int32)
        case position(PositionTest, next: Int32)
        /// A look-around, by its number.
        case look(Int, next: Int32)
        case match
    }

    /// What a look-around asks of a place: whether a text that ends or begins there fits.
    struct Look: Sendable {
        let start: Int32
        let isAhead: Bool
        let isNegated: Bool
    }

    private(set) var instructions: [Instruction] = []
    private(set) var classes: [SymbolClass] = []
    /// Those inside of others stand in front of them.
    private(set) var looks: [Look] = []
    private(set) var start: Int32 = 0
    private var classNumbers: [SymbolClass: Int] = [:]
    /// Nodes written so far: repetitions of nothing make no instructions but take time.
    private var work = 0

    init(_ node: RegexNode) throws(RegexSyntaxError) {
        let match = try add(.match)
        start = try emit(node, next: match, isReversed: false)
    }

    private mutating func add(_ instruction: Instruction) throws(RegexSyntaxError) -> Int32 {
        guard instructions.count < Self.maxInstructions else { throw Self.tooLarge }
        instructions.append(instruction)
        return Int32(instructions.count - 1)
    }

    private static let tooLarge = RegexSyntaxError(
        offset: 0,
        reason: "the pattern is too large with its repetitions written out"
    )

    /// Writes `node` in front of `next` and gives its first instruction; what looks ahead is read from its end.
    private mutating func emit(_ node: RegexNode, next: Int32, isReversed: Bool) throws(RegexSyntaxError) -> Int32 {
        work += 1
        guard work <= 10 * Self.maxInstructions else { throw Self.tooLarge }
        switch node {
        case .empty: return next
        case .symbol(let symbol): return try add(.symbol(number(of: symbol), next: next))
        case .sequence(let nodes):
            var next = next
            for part in isReversed ? nodes : nodes.reversed() {
                next = try emit(part, next: next, isReversed: isReversed)
            }
            return next
        case .choice(let nodes):
            var first: Int32?
            for branch in nodes.reversed() {
                let start = try emit(branch, next: next, isReversed: isReversed)
                first = try first.map { (other) throws(RegexSyntaxError) in try add(.split(start, other)) } ?? start
            }
            return first ?? next
        case .repeated(let body, let minimum, let maximum):
            return try emitRepeated(body, minimum, maximum, next: next, isReversed: isReversed)
        case .position(let test): return try add(.position(test, next: next))
        case .look(let body, let isAhead, let isNegated):
            let end = try add(.match)
            let start = try emit(body, next: end, isReversed: isAhead)
            looks.append(Look(start: start, isAhead: isAhead, isNegated: isNegated))
            return try add(.look(looks.count - 1, next: next))
        }
    }

    private mutating func emitRepeated(
        _ body: RegexNode,
        _ minimum: Int,
        _ maximum: Int?,
        next: Int32,
        isReversed: Bool
    ) throws(RegexSyntaxError) -> Int32 {
        var first = next
        if let maximum {
            for _ in 0..<max(0, maximum - minimum) {
                let start = try emit(body, next: first, isReversed: isReversed)
                first = try add(.split(start, next))
            }
        } else {
            let loop = try add(.split(next, next))
            let start = try emit(body, next: loop, isReversed: isReversed)
            instructions[Int(loop)] = .split(start, next)
            first = loop
        }
        for _ in 0..<minimum { first = try emit(body, next: first, isReversed: isReversed) }
        return first
    }

    private mutating func number(of symbol: SymbolClass) -> Int {
        if let known = classNumbers[symbol] { return known }
        classes.append(symbol)
        classNumbers[symbol] = classes.count - 1
        return classes.count - 1
    }
}
