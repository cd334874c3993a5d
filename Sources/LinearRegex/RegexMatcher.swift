/// Matches one pattern against many texts.
///
/// The automaton's states are worked out as texts need them and kept, so that most characters cost one look into a
/// table. What is kept is bounded; so is the work, in steps that do not depend on the machine. No two of its methods are
/// ever under way at a time, so that its accesses need no check for that: they would cost as much as short texts do.
package final class RegexMatcher {
    /// States kept; above it, all are worked out anew.
    private static let maxStates = 1000
    /// Steps, about ten nanoseconds each, that one matcher may take in its life: a few tenths of a second.
    ///
    /// An instruction looked at is a step, sixteen characters that are looked up in the table are one as well.
    package static let defaultBudget = 20_000_000

    private static let unknown: Int32 = -1
    private static let rejected: Int32 = -2
    private static let accepted: Int32 = -3
    /// Columns of a state in `table`: the ASCII characters, a line end that ends the text, the end.
    private static let columns = 130
    private static let finalNewline = 128
    private static let end = 129

    private let program: RegexProgram
    private let allowance: Int
    @exclusivity(unchecked) private var closure: RegexClosure
    @exclusivity(unchecked) private var budget: Int
    @exclusivity(unchecked) private var states: [RegexState] = []
    private var rows: [RegexState: Int32] = [:]
    @exclusivity(unchecked) private var table: [Int32] = []
    /// Transitions by characters beyond ASCII.
    private var wide: [UInt64: Int32] = [:]

    package init(_ pattern: RegexPattern, budget: Int = defaultBudget) {
        program = pattern.program
        closure = RegexClosure(program)
        allowance = budget
        self.budget = budget
    }

    /// The steps taken so far.
    package var spent: Int { allowance - budget }

    /// Whether `text` matches from its start, as Python's `re.match` has it.
    package func matches(_ text: String) throws(RegexBudgetError) -> Bool {
        guard program.looks.isEmpty else { return try matchesLooking(text) }
        var text = text
        // `withUTF8` takes no typed throws.
        return try text.withUTF8 { bytes in Result { () throws(RegexBudgetError) in try run(bytes) } }.get()
    }

    /// Whether valid UTF-8 matches from its start.
    package func matches(utf8 bytes: UnsafeBufferPointer<UInt8>) throws(RegexBudgetError) -> Bool {
        guard program.looks.isEmpty else { return try matchesLooking(String(decoding: bytes, as: UTF8.self)) }
        return try run(bytes)
    }

    private func matchesLooking(_ text: String) throws(RegexBudgetError) -> Bool {
        let scalars = text.unicodeScalars.map(\.value)
        var simulation = RegexSimulation(program, text: scalars)
        let result = simulation.matches(&closure, budget: &budget)
        guard budget >= 0 else { throw RegexBudgetError() }
        return result
    }

    private func run(_ bytes: UnsafeBufferPointer<UInt8>) throws(RegexBudgetError) -> Bool {
        budget -= bytes.count >> 4
        if states.isEmpty { _ = row(of: RegexState(kernel: [program.start], previous: .start)) }
        var state: Int32 = 0
        var index = 0
        while index < bytes.count {
            // As far as the table knows the way.
            table.withUnsafeBufferPointer { table in
                // The last character may be a line end that ends the text, which has a column of its own.
                while index < bytes.count - 1, bytes[index] < 128 {
                    let next = table[Int(state) + Int(bytes[index])]
                    guard next >= 0 else { break }
                    index += 1
                    guard next == state else {
                        state = next
                        continue
                    }
                    // What leads nowhere else, as `.*` does, need not wait for one look-up to make the next.
                    while index < bytes.count - 1, bytes[index] < 128,
                        table[Int(next) + Int(bytes[index])] == next
                    {
                        index += 1
                    }
                }
            }
            let byte = bytes[index]
            let next: Int32
            if byte < 128 {
                let isFinal = byte == 10 && index == bytes.count - 1
                let column = isFinal ? Self.finalNewline : Int(byte)
                let known = table[Int(state) + column]
                next = known == Self.unknown ? step(state, UInt32(byte), isFinal: isFinal, column: column) : known
                index += 1
            } else {
                let (scalar, length) = Self.decode(bytes, at: index)
                next = wide[UInt64(state) << 32 | UInt64(scalar)] ?? step(state, scalar, isFinal: false, column: nil)
                index += length
            }
            guard budget >= 0 else { throw RegexBudgetError() }
            if next == Self.accepted { return true }
            if next == Self.rejected { return false }
            state = next
        }
        let known = table[Int(state) + Self.end]
        let last = known == Self.unknown ? finish(state) : known
        guard budget >= 0 else { throw RegexBudgetError() }
        return last == Self.accepted
    }

    /// The scalar at `index` of valid UTF-8, and its bytes.
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, Int) {
        func tail(_ offset: Int) -> UInt32 { index + offset < bytes.count ? UInt32(bytes[index + offset] & 0x3F) : 0 }
        let first = UInt32(bytes[index])
        if first >= 0xF0 { return ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4) }
        if first >= 0xE0 { return ((first & 0x0F) << 12 | tail(1) << 6 | tail(2), 3) }
        return ((first & 0x1F) << 6 | tail(1), 2)
    }

    /// Works out where `scalar` leads from a state.
    private func step(_ row: Int32, _ scalar: UInt32, isFinal: Bool, column: Int?) -> Int32 {
        let state = states[Int(row) / Self.columns]
        let isMatch = closure.follow(
            state.kernel,
            behind: state.previous,
            before: NextKind(scalar, isLast: isFinal),
            looks: [],
            budget: &budget
        )
        let next: Int32
        var isReset = false
        if isMatch {
            next = Self.accepted
        } else {
            let kernel = closure.targets(of: scalar, budget: &budget)
            if kernel.isEmpty {
                next = Self.rejected
            } else {
                isReset = states.count >= Self.maxStates || wide.count >= 100 * Self.maxStates
                if isReset { reset() }
                next = self.row(of: RegexState(kernel: kernel, previous: PreviousKind(scalar)))
            }
        }
        guard !isReset else { return next }
        if let column {
            table[Int(row) + column] = next
        } else {
            wide[UInt64(row) << 32 | UInt64(scalar)] = next
        }
        return next
    }

    private func finish(_ row: Int32) -> Int32 {
        let state = states[Int(row) / Self.columns]
        let isMatch = closure.follow(
            state.kernel,
            behind: state.previous,
            before: .end,
            looks: [],
            budget: &budget
        )
        let result = isMatch ? Self.accepted : Self.rejected
        table[Int(row) + Self.end] = result
        return result
    }

    /// Where the state's row begins in `table`: that is what states are known by.
    private func row(of state: RegexState) -> Int32 {
        if let known = rows[state] { return known }
        let row = Int32(table.count)
        states.append(state)
        rows[state] = row
        table.append(contentsOf: repeatElement(Self.unknown, count: Self.columns))
        return row
    }

    /// Forgets all states; the first is always that of the start.
    private func reset() {
        states.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        table.removeAll(keepingCapacity: true)
        wide.removeAll(keepingCapacity: true)
        _ = row(of: RegexState(kernel: [program.start], previous: .start))
    }
}

/// Where the automaton may be between two characters, and what stands behind that place.
struct RegexState: Hashable {
    /// Sorted.
    let kernel: [Int32]
    let previous: PreviousKind
}
