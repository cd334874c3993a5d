import Crypto

/// Asks a costly question once, and remembers the answer for a while: whoever asks the same meanwhile waits for the one
/// that is under way.
///
/// What is remembered is a digest of the question under a key of this process, never the question itself.
package actor RecentAnswers<Answer: Sendable> {
    /// Too many different questions wait.
    package struct Busy: Error {}

    private static var maxKept: Int { 4096 }

    private struct Known {
        let answer: Answer
        let until: ContinuousClock.Instant
        /// How long it may still vouch for the one who asks again, though it has to be found out anew.
        let vouchesUntil: ContinuousClock.Instant
    }

    private let maxRunning: Int
    private let secret = SymmetricKey(size: .bits256)
    private var known: [[UInt8]: Known] = [:]
    private var running: [[UInt8]: Task<Answer, any Error>] = [:]

    package init(maxRunning: Int) { self.maxRunning = maxRunning }

    /// The answer to the question made of `parts`.
    ///
    /// Throws ``Busy`` where too many different ones wait, and what `find` throws, which is not remembered.
    package func answer(
        to parts: [String],
        keptFor: @Sendable (Answer) -> Duration,
        vouches: Duration = .zero,
        find: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let key = mark(parts)
        if let found = known[key], found.until > .now { return found.answer }
        if let task = running[key] { return try await task.value }
        guard running.count < maxRunning else { throw Busy() }
        // Awaited here and by whoever asks the same meanwhile.
        let task = Task { try await find() }
        running[key] = task
        defer { running[key] = nil }
        let answer = try await task.value
        makeRoom()
        let now = ContinuousClock.now
        known[key] = Known(answer: answer, until: now + keptFor(answer), vouchesUntil: now + vouches)
        return answer
    }

    /// The last answer, also where it would have to be found out anew.
    package func last(to parts: [String]) -> Answer? {
        guard let found = known[mark(parts)], max(found.until, found.vouchesUntil) > .now else { return nil }
        return found.answer
    }

    private func makeRoom() {
        guard known.count >= Self.maxKept else { return }
        let now = ContinuousClock.now
        known = known.filter { $0.value.until > now }
        if known.count >= Self.maxKept { known.removeAll() }
    }

    private func mark(_ parts: [String]) -> [UInt8] {
        // Lengths go before the parts, so that no two questions are one text.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: secret))
    }
}
