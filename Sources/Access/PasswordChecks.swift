import Crypto
import DedicatedThread

/// Checks passwords on a thread of its own, and remembers for some minutes which were right.
///
/// A client sends its password with each request: it is hashed once, and requests that come meanwhile wait for that. What
/// is remembered is a digest under a key of this process, bound to the stored hash: a new password makes it worthless.
package actor PasswordChecks {
    /// The waiting line for the thread is full: too many different passwords at a time.
    package struct Busy: Error {}

    private static let keptFor = Duration.seconds(300)
    /// Wrong ones are remembered too, so that a script with an old password costs little.
    private static let wrongKeptFor = Duration.seconds(10)
    private static let maxKept = 4096

    private struct Known {
        let isRight: Bool
        let until: ContinuousClock.Instant
    }

    private let threads: ThreadPool
    private let maxWaiting: Int
    private let secret = SymmetricKey(size: .bits256)
    private var known: [[UInt8]: Known] = [:]
    private var running: [[UInt8]: Task<Bool, any Error>] = [:]

    /// Hashes `threads` passwords at a time, while `maxWaiting` different ones may wait.
    package init(threads: Int = 1, maxWaiting: Int = 32) throws {
        self.threads = try ThreadPool(name: "passwords", threads: threads)
        self.maxWaiting = maxWaiting
    }

    /// Whether `password` is that of the stored hash; with none, as slow and never.
    ///
    /// Throws ``Busy`` where too many wait.
    package func matches(_ password: String, hash: String?) async throws -> Bool {
        let key = mark(password, hash)
        if let found = known[key], found.until > .now { return found.isRight }
        if let task = running[key] { return try await task.value }
        guard running.count < maxWaiting else { throw Busy() }
        let threads = threads
        // Awaited here and by whoever comes with the same password meanwhile.
        let task = Task {
            try await threads.run {
                guard let stored = hash.flatMap(PasswordHash.init(text:)) else {
                    _ = try PasswordHash(password: password)
                    return false
                }
                return try stored.matches(password)
            }
        }
        running[key] = task
        defer { running[key] = nil }
        let isRight = try await task.value
        if known.count >= Self.maxKept { known.removeAll() }
        known[key] = Known(isRight: isRight, until: .now + (isRight ? Self.keptFor : Self.wrongKeptFor))
        return isRight
    }

    /// Hashes a new password on the thread.
    package func hash(_ password: String) async throws -> String {
        try await threads.run { try PasswordHash(password: password).text }
    }

    private func mark(_ password: String, _ hash: String?) -> [UInt8] {
        let stored = hash ?? ""
        return Array(
            HMAC<SHA256>.authenticationCode(for: Array("\(stored.utf8.count):\(stored)\(password)".utf8), using: secret)
        )
    }
}
