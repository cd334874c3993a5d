import LinearRegex

/// Findings that are let pass, by gate and trigger id.
struct Whitelist: Sendable {
    struct Item: Sendable {
        let id: String?
        /// Lower case.
        let gate: String
        let triggerID: Wildcard
        /// From this moment on it no longer counts.
        let expires: PolicyInstant?
    }

    let id: String
    let name: String?
    let items: [Item]
    /// Why it cannot be judged.
    let problems: [BundleProblem]
    /// The items of each gate.
    private let gates: [String: GateIndex]

    /// Finds the items that may match an id without trying all of a long list.
    private struct GateIndex: Sendable {
        /// Items without a star, by their text.
        private var exact: [String: [Int]] = [:]
        /// Items with a star, by what stands in front of it.
        private let prefixed: PrefixIndex
        /// Regular expressions.
        private var others: [Int] = []

        init(_ items: [(number: Int, pattern: Wildcard)]) {
            var prefixed: [[UInt8]: [Int]] = [:]
            for (number, pattern) in items {
                if pattern.isLiteral {
                    exact[pattern.text, default: []].append(number)
                } else if let prefix = pattern.literalPrefix {
                    prefixed[Array(prefix.utf8), default: []].append(number)
                } else {
                    others.append(number)
                }
            }
            self.prefixed = PrefixIndex(prefixed)
        }

        /// The numbers of items that may match, in order.
        func candidates(for id: String) -> [Int] {
            var found = others
            if !exact.isEmpty, let numbers = exact[id] { found += numbers }
            prefixed.add(to: &found, beginningsOf: id)
            return found.count > 1 ? found.sorted() : found
        }
    }

    init(id: String, name: String?, items: [Item], problems: [BundleProblem]) {
        self.id = id
        self.name = name
        self.items = items
        self.problems = problems
        gates = Dictionary(grouping: items.enumerated(), by: \.element.gate)
            .mapValues { items in GateIndex(items.map { ($0.offset, $0.element.triggerID) }) }
    }

    /// The first item, in the list's order, that covers a finding known by one of `ids` and that has not expired.
    func item(
        gate: String,
        ids: [String],
        context: EvaluationContext,
        matchers: WhitelistMatchers
    ) throws(RegexBudgetError) -> Item? {
        guard let index = gates[gate] else { return nil }
        var best: Int?
        for id in ids {
            for number in index.candidates(for: id) where best.map({ number < $0 }) ?? true {
                let item = items[number]
                if let expires = item.expires, context.isPast(expires) { continue }
                guard try matchers.matches(item.triggerID, id, whitelist: self.id, number: number) else { continue }
                if let expires = item.expires { context.expect(expires) }
                best = number
                break
            }
        }
        return best.map { items[$0] }
    }
}

/// The patterns of whitelists that one evaluation has tried, with what their matchers have learned.
final class WhitelistMatchers {
    private struct Key: Hashable {
        let whitelist: String
        let number: Int
    }

    private var matchers: [Key: RegexMatcher] = [:]

    /// An id that equals the pattern's text is meant by it, whatever else the pattern is.
    func matches(
        _ pattern: Wildcard,
        _ id: String,
        whitelist: String,
        number: Int
    ) throws(RegexBudgetError) -> Bool {
        if pattern.text == id { return true }
        let key = Key(whitelist: whitelist, number: number)
        if let matcher = matchers[key] { return try matcher.matches(id) }
        guard let matcher = pattern.makeMatcher() else { return try pattern.matches(id) }
        matchers[key] = matcher
        return try matcher.matches(id)
    }
}
