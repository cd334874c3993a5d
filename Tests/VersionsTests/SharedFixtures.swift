import Foundation

/// The version and range tables that lie beside the repository, each line with its expected answer.
enum SharedFixtures {
    struct Row: Sendable {
        let fields: [String]
        let place: String
    }

    private static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TALLYMAN_SHARED"] {
            return URL(fileURLWithPath: path).appendingPathComponent("fixtures")
        }
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().appendingPathComponent("../shared/fixtures").standardizedFileURL
    }()

    static var arePresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// The rows of every table in a folder whose name `selects` accepts.
    static func rows(in kind: String, fieldCount: Int, where selects: (String) -> Bool) throws -> [Row] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(kind).path)
        return try names.sorted().filter { $0.hasSuffix(".tsv") && selects(String($0.dropLast(4))) }.flatMap { name in
            let url = folder.appendingPathComponent(kind).appendingPathComponent(name)
            return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").enumerated()
                .filter { !$0.element.hasPrefix("#") }
                .map { number, line in
                    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                    return Row(fields: fields, place: "\(name):\(number + 1)")
                }
                .filter { $0.fields.count == fieldCount }
        }
    }
}
