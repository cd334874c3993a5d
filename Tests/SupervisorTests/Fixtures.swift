import Foundation
import Logging

@testable import Supervisor

/// A folder that is gone with its last reference; others may pass through it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/tm-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755]
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // a leftover in /tmp fails no test
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
}

enum TestLog {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A condition that did not come true in time.
struct NotReached: Error {}

/// Waits until a condition is true, at most half a minute.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotReached() }
        try await Task.sleep(for: .milliseconds(20))
    }
}
