import Foundation
import TallymanTesting
import Testing

/// The version and range tables that lie beside the repository, each line with its expected answer.
enum VersionTables {
    struct Row: Sendable {
        let fields: [String]
        let place: String
    }

    /// The rows of every table in a folder whose name `selects` accepts.
    static func rows(in kind: String, fieldCount: Int, where selects: (String) -> Bool) throws -> [Row] {
        let folder = URL(fileURLWithPath: try #require(SharedFixtures.tables)).appendingPathComponent(kind)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.sorted().filter { $0.hasSuffix(".tsv") && selects(String($0.dropLast(4))) }.flatMap { name in
            let url = folder.appendingPathComponent(name)
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
