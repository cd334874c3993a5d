import Bytes
import ScanModel

/// WordPress plugins, from the header comment of their main file (WordPress Plugin Handbook, "Header Requirements").
struct WordPressPluginCataloger: Cataloger {
    let name = "wordpress-plugin"
    let version = 1
    let selectors: [PathSelector] = [.pattern("wp-content/plugins/*/*.php")]

    /// WordPress itself looks no further than 8 KiB into a file.
    private static let maxHeaderBytes = 8 * 1024

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let count = min(file.bytes.count, Self.maxHeaderBytes)
        var fields: [String: String] = [:]
        for line in TextLines(file.bytes.bytes(at: 0, count: count) ?? []) {
            guard let (key, value) = Self.header(line), fields[key] == nil else { continue }
            fields[key] = value
        }
        // Most files of a plugin have no header.
        guard let name = fields["plugin name"], !name.isEmpty, let version = fields["version"] else {
            return CatalogedFile()
        }
        var plugins = PackageRecords(.wordPressPlugin)
        plugins.add(
            name: name,
            version: String(version.prefix { $0.isNumber || $0 == "." }),
            licenses: [fields["license"]].compactMap(\.self)
        )
        return plugins.file
    }

    /// A header's name in lower case and its value: behind an opening tag and comment marks (WordPress, get_file_data).
    private static func header(_ line: ArraySlice<UInt8>) -> (String, String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon - line.startIndex <= 80 else { return nil }
        var name = line[..<colon].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if name.starts(with: "<?php".utf8) { name = name.dropFirst(5) }
        name = name.drop { " \t/*#@".utf8.contains($0) }
        var value = line[(colon + 1)...].trimmedText
        for end in ["*/", "?>"] where value.hasSuffix(end) { value = value.dropLast(2)[...].trimmingSpaces }
        return (name.trimmedText.lowercased(), value)
    }
}
