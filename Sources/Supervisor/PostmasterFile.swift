import Foundation

/// The file `postmaster.pid` in a database folder: who serves it and whether it is ready.
///
/// Its lines are described in PostgreSQL's `src/include/utils/pidfile.h`: process, folder, start, port, socket folder,
/// address, shared memory, status.
struct PostmasterFile: Sendable, Hashable {
    private static let maxBytes = 8 * 1024

    let pid: Int32
    let isReady: Bool

    /// Reads the file's text; `nil` when it is not complete enough to name a process.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let pid = Int32(first.trimmingCharacters(in: .whitespaces)), pid > 0 else {
            return nil
        }
        self.pid = pid
        isReady = lines.dropFirst(7).first?.trimmingCharacters(in: .whitespaces) == "ready"
    }

    static func path(_ databaseFolder: String) -> String { "\(databaseFolder)/postmaster.pid" }

    /// Reads the file of a database, if it has one.
    static func read(_ databaseFolder: String) -> PostmasterFile? {
        guard let bytes = FileManager.default.contents(atPath: path(databaseFolder)) else { return nil }
        return PostmasterFile(String(decoding: bytes.prefix(maxBytes), as: UTF8.self))
    }

    /// Whether its process still serves this database; its number may have passed to another one.
    func isServing(_ databaseFolder: String) -> Bool {
        guard kill(pid, 0) == 0 || errno == EPERM else { return false }
        let folder = URL(fileURLWithPath: databaseFolder).resolvingSymlinksInPath().path
        // Unreadable when the process is gone by now or is not ours; then PostgreSQL's own check decides.
        guard let current = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd") else {
            return kill(pid, 0) == 0 || errno == EPERM
        }
        return current == folder
    }
}
