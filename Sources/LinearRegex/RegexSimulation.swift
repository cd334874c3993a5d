/// One text under a pattern with look-arounds: each of them is decided for every place of the text beforehand.
struct RegexSimulation {
    private let program: RegexProgram
    private let text: [UInt32]
    /// For each look-around, whether it holds at each place.
    private var tables: [[Bool]] = []

    init(_ program: RegexProgram, text: [UInt32]) {
        self.program = program
        self.text = text
    }

    /// Whether the text matches from its start; without meaning once the budget is below zero.
    mutating func matches(_ closure: inout RegexClosure, budget: inout Int) -> Bool {
        tables = []
        for look in program.looks {
            budget -= text.count
            guard budget >= 0 else { return false }
            tables.append(places(of: look, &closure, &budget))
        }
        var kernel = [program.start]
        for place in 0...text.count {
            guard budget >= 0 else { return false }
            if follow(kernel, at: place, &closure, &budget) { return true }
            guard place < text.count else { break }
            kernel = closure.targets(of: text[place], budget: &budget)
            guard !kernel.isEmpty else { return false }
        }
        return false
    }

    /// Runs a look-behind forwards, a look-ahead backwards, beginning anew at every place.
    private func places(
        of look: RegexProgram.Look,
        _ closure: inout RegexClosure,
        _ budget: inout Int
    ) -> [Bool] {
        var holds = [Bool](repeating: look.isNegated, count: text.count + 1)
        var kernel: [Int32] = []
        for count in 0...text.count {
            guard budget >= 0 else { break }
            let place = look.isAhead ? text.count - count : count
            kernel.append(look.start)
            if follow(kernel, at: place, &closure, &budget) { holds[place] = !look.isNegated }
            guard count < text.count else { break }
            kernel = closure.targets(of: text[look.isAhead ? place - 1 : place], budget: &budget)
        }
        return holds
    }

    private func follow(
        _ kernel: [Int32],
        at place: Int,
        _ closure: inout RegexClosure,
        _ budget: inout Int
    ) -> Bool {
        closure.follow(
            kernel,
            behind: place == 0 ? .start : PreviousKind(text[place - 1]),
            before: place == text.count ? .end : NextKind(text[place], isLast: place == text.count - 1),
            looks: tables.map { $0[place] },
            budget: &budget
        )
    }
}
