import DedicatedThread

/// Checks passwords on a thread of its own, and remembers for some minutes which were right.
///
/// A client sends its password with each request: it is hashed once, and requests that come meanwhile wait for that. What
/// is remembered is bound to the stored hash: a new password makes it worthless.
package struct PasswordChecks: Sendable {
    /// The waiting line for the thread is full: too many different passwords at a time.
    package struct Busy: Error {}

    private static let keptFor = Duration.seconds(300)
    /// Wrong ones are remembered too, so that a script with an old password costs little.
    private static let wrongKeptFor = Duration.seconds(10)
    /// How long one that was right is known to have been, so that nobody's failures keep its owner out.
    private static let vouches = Duration.seconds(12 * 3600)

    private let threads: ThreadPool
    private let answers: RecentAnswers<Bool>

    /// Hashes `threads` passwords at a time, while `maxWaiting` different ones may wait.
    package init(threads: Int = 1, maxWaiting: Int = 32) throws {
        self.threads = try ThreadPool(name: "passwords", threads: threads)
        answers = RecentAnswers(maxRunning: maxWaiting)
    }

    /// Whether `password` is that of the stored hash; with none, as slow and never.
    ///
    /// Throws ``Busy`` where too many wait.
    package func matches(_ password: String, hash: String?) async throws -> Bool {
        do {
            return try await answers.answer(
                to: [hash ?? "", password],
                keptFor: { $0 ? Self.keptFor : Self.wrongKeptFor },
                vouches: Self.vouches
            ) { [threads] in
                try await threads.run {
                    guard let stored = hash.flatMap(PasswordHash.init(text:)) else {
                        _ = try PasswordHash(password: password)
                        return false
                    }
                    return try stored.matches(password)
                }
            }
        } catch is RecentAnswers<Bool>.Busy { throw Busy() }
    }

    /// Whether this very password was right for this hash within the last hours; costs nothing.
    package func wasRight(_ password: String, hash: String?) async -> Bool {
        await answers.last(to: [hash ?? "", password]) == true
    }

    /// Hashes a new password on the thread.
    package func hash(_ password: String) async throws -> String {
        try await threads.run { try PasswordHash(password: password).text }
    }
}
