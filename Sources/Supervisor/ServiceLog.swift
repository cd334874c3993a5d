import Foundation

/// The log file of a private server.
struct ServiceLog: Sendable {
    /// A log longer than this is begun anew when the server starts.
    static let maxBytes = 16 * 1024 * 1024
    /// How much of its end goes into an error.
    private static let tailBytes = 2048

    let path: String

    /// Begins anew when the log has grown long.
    func trim() {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_size > Self.maxBytes else { return }
        truncate(path, 0)
    }

    /// The last lines, for an error.
    func tail() -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? file.close() }  // it was only read
        // A log that cannot be read adds nothing to the error it would explain.
        guard let size = try? file.seekToEnd() else { return "" }
        guard (try? file.seek(toOffset: size - min(size, UInt64(Self.tailBytes)))) != nil,
            let bytes = try? file.read(upToCount: Self.tailBytes)
        else { return "" }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
