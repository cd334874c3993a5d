/// The instructions that can be reached from others without reading a character.
struct RegexClosure {
    private let program: RegexProgram
    /// For each instruction the round in which it was last reached.
    private var seen: [UInt32]
    private var round: UInt32 = 0
    private var stack: [Int32] = []
    /// The symbol instructions reached.
    private var symbols: [Int32] = []

    init(_ program: RegexProgram) {
        self.program = program
        seen = Array(repeating: 0, count: program.instructions.count)
    }

    /// Follows `kernel` at a place of which `looks` hold; whether the match is reached.
    mutating func follow(
        _ kernel: some Sequence<Int32>,
        behind previous: PreviousKind,
        before next: NextKind,
        looks: [Bool],
        budget: inout Int
    ) -> Bool {
        beginRound()
        symbols.removeAll(keepingCapacity: true)
        stack.append(contentsOf: kernel)
        var isMatch = false
        while let number = stack.popLast() {
            let index = Int(number)
            guard seen[index] != round else { continue }
            seen[index] = round
            budget -= 1
            switch program.instructions[index] {
            case .symbol: symbols.append(number)
            case .split(let one, let other):
                stack.append(one)
                stack.append(other)
            case .position(let test, let target):
                if test.holds(behind: previous, before: next) { stack.append(target) }
            case .look(let look, let target):
                if looks.indices.contains(look), looks[look] { stack.append(target) }
            case .match: isMatch = true
            }
        }
        return isMatch
    }

    /// Where `scalar` leads from the symbols reached, sorted, each once.
    mutating func targets(of scalar: UInt32, budget: inout Int) -> [Int32] {
        beginRound()
        budget -= symbols.count
        var found: [Int32] = []
        for number in symbols {
            guard case .symbol(let symbol, let target) = program.instructions[Int(number)] else { continue }
            guard program.classes[symbol].contains(scalar), seen[Int(target)] != round else { continue }
            seen[Int(target)] = round
            found.append(target)
        }
        return found.sorted()
    }

    private mutating func beginRound() {
        if round == .max {
            round = 0
            for index in seen.indices { seen[index] = 0 }
        }
        round += 1
    }
}
