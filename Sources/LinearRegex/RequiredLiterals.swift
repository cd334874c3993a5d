/// Which texts a pattern cannot match without: a text with none of them needs no automaton.
///
/// Letters are compared without their case, and ASCII alone counts: a `K` written as the Kelvin sign is not looked for.
enum RequiredLiterals {
    /// Texts of one set.
    private static let maxTexts = 16
    /// Bytes of one text.
    private static let maxBytes = 64
    /// Letters that one place may stand for.
    private static let maxLetters = 4

    /// Texts in small letters of which each match holds at least one; empty where nothing is sure.
    static func of(_ node: RegexNode) -> [[UInt8]] {
        (required(node) ?? []).sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func required(_ node: RegexNode) -> Set<[UInt8]>? {
        switch node {
        case .sequence(let nodes):
            var best: Set<[UInt8]>?
            var run: Set<[UInt8]> = [[]]
            for child in nodes {
                guard let texts = exact(child) else {
                    best = better(best, better(run, required(child)))
                    run = [[]]
                    continue
                }
                if let longer = joined(run, texts) {
                    run = longer
                } else {
                    best = better(best, run)
                    run = texts
                }
            }
            return better(best, run)
        case .choice(let nodes):
            if let texts = exact(node) { return better(nil, texts) }
            var all: Set<[UInt8]> = []
            for child in nodes {
                guard let texts = required(child) else { return nil }
                all.formUnion(texts)
            }
            return all.count <= maxTexts ? all : nil
        case .repeated(let body, let minimum, _):
            return better(nil, exact(node)) ?? (minimum > 0 ? required(body) : nil)
        case .empty, .symbol, .position, .look: return better(nil, exact(node))
        }
    }

    /// All texts that a node can stand for, where they are few; look-arounds are the empty text.
    private static func exact(_ node: RegexNode) -> Set<[UInt8]>? {
        switch node {
        case .empty, .position, .look: return [[]]
        case .symbol(let symbol): return symbol.smallLetters(most: maxLetters).map { Set($0.map { [$0] }) }
        case .sequence(let nodes):
            var all: Set<[UInt8]> = [[]]
            for child in nodes {
                guard let texts = exact(child), let longer = joined(all, texts) else { return nil }
                all = longer
            }
            return all
        case .choice(let nodes):
            var all: Set<[UInt8]> = []
            for child in nodes {
                guard let texts = exact(child) else { return nil }
                all.formUnion(texts)
            }
            return all.count <= maxTexts ? all : nil
        case .repeated(let body, let minimum, let maximum):
            guard minimum == maximum, minimum <= maxBytes, let texts = exact(body) else { return nil }
            var all: Set<[UInt8]> = [[]]
            for _ in 0..<minimum {
                guard let longer = joined(all, texts) else { return nil }
                all = longer
            }
            return all
        }
    }

    private static func joined(_ left: Set<[UInt8]>, _ right: Set<[UInt8]>) -> Set<[UInt8]>? {
        guard left.count * right.count <= maxTexts else { return nil }
        var all: Set<[UInt8]> = []
        for first in left {
            for second in right {
                guard first.count + second.count <= maxBytes else { return nil }
                all.insert(first + second)
            }
        }
        return all
    }

    /// The set that says more: that whose shortest text is longer.
    private static func better(_ left: Set<[UInt8]>?, _ right: Set<[UInt8]>?) -> Set<[UInt8]>? {
        func weight(_ texts: Set<[UInt8]>?) -> Int { texts?.map(\.count).min() ?? 0 }
        let best = weight(left) >= weight(right) ? left : right
        return weight(best) > 0 ? best : nil
    }
}

extension SymbolClass {
    /// The ASCII characters of the class as small letters; `nil` where there are more than `most`, or others.
    func smallLetters(most: Int) -> [UInt8]? {
        var found: Set<UInt8> = []
        for byte in UInt8(0)..<128 where contains(UInt32(byte)) {
            found.insert((65...90).contains(byte) ? byte + 32 : byte)
            guard found.count <= most else { return nil }
        }
        guard !found.isEmpty, !reachesBeyondASCII else { return nil }
        return found.sorted()
    }
}
