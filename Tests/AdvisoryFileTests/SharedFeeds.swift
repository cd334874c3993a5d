import Foundation

/// The folder with published feeds that some tests read: `TALLYMAN_SHARED`, else `shared` beside the package.
enum SharedFeeds {
    static let missing = "no shared folder with feeds: set TALLYMAN_SHARED"

    static var isPresent: Bool { FileManager.default.fileExists(atPath: path("")) }

    /// The path of a feed, for example `osv/Go.zip`.
    static func path(_ name: String) -> String {
        let root =
            ProcessInfo.processInfo.environment["TALLYMAN_SHARED"]
            ?? URL(fileURLWithPath: #filePath).appending(path: "../../../../shared").standardized.path
        return "\(root)/feeds/\(name)"
    }
}

/// A folder that is removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "tallyman-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // A leftover in the temporary folder harms nobody.

    /// Writes a file, with its folders, and returns its path.
    @discardableResult
    func write(_ name: String, _ content: some Sequence<UInt8>) throws -> String {
        let url = URL(fileURLWithPath: path).appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content).write(to: url)
        return url.path
    }
}
