import Foundation
import Synchronization

/// What the system says about the threads of this process.
enum ThreadNames {
    /// The name of the calling thread.
    static var current: String {
        name(at: "/proc/thread-self/comm")
    }

    /// How many threads have a name that begins so.
    static func count(prefix: String) -> Int {
        // A thread may end between the listing and the look at its name.
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.filter { name(at: "/proc/self/task/\($0)/comm").hasPrefix(prefix) }.count
    }

    private static func name(at path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""  // A thread that has ended has no name.
        return text.trimmingCharacters(in: .newlines)
    }
}

/// Waits until `condition` holds, for at most two seconds.
func eventually(_ condition: () async -> Bool) async throws -> Bool {
    for _ in 0..<200 {
        if await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) {
        state = Mutex(value)
    }

    var value: Value { state.withLock { $0 } }

    func change(_ body: @Sendable (inout Value) -> Void) {
        state.withLock { body(&$0) }
    }
}
