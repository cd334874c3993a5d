import LinearRegex

/// The rules at work on files that one thread searches one after the other.
///
/// What an expression has learnt of texts serves the next file, and its cost is bounded for all of them together.
package final class SecretMatchers {
    /// Steps that one expression may take: seconds.
    static let budget = 400_000_000

    let rules: SecretRules
    /// Made when they are first needed: as a rule none is.
    private var matchers: [RegexMatcher?]
    /// Rules that have used up their budget, which are not tried again.
    private var spent: [Int: RegexBudgetError] = [:]

    private let budget: Int

    package convenience init(_ rules: SecretRules = .standard) { self.init(rules, budget: Self.budget) }

    init(_ rules: SecretRules, budget: Int) {
        self.rules = rules
        self.budget = budget
        matchers = Array(repeating: nil, count: rules.rules.count)
    }

    /// Whether a text matches a rule's expression from its start; what is no UTF-8 is read as marks of replacement.
    func matches(_ number: Int, _ text: UnsafeBufferPointer<UInt8>) throws(RegexBudgetError) -> Bool {
        if let error = spent[number] { throw error }
        let matcher = matchers[number] ?? RegexMatcher(rules.rules[number].pattern, budget: budget)
        matchers[number] = matcher
        do {
            if text.allSatisfy({ $0 < 128 }) { return try matcher.matches(utf8: text) }
            return try matcher.matches(String(decoding: text, as: UTF8.self))
        } catch {
            spent[number] = error
            matchers[number] = nil
            throw error
        }
    }
}
