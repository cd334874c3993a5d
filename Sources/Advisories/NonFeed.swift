import Bytes

/// Files that are published beside feeds and say nothing about vulnerabilities.
enum NonFeed {
    /// What `file` is; `nil` where it is unknown.
    static func description(of file: FeedFile) -> String? {
        let name = file.name.split(separator: "/").last.map(String.init) ?? ""
        if name == "security-support-ended" { return "repeats the list of one release without naming it" }
        if name == "repomd.xml" || name.hasPrefix("fullfiletimelist") { return "the index of a package repository" }
        if name.hasSuffix("-modules.yaml") { return "the modules of a package repository" }
        if name == "changes.csv" || name == "deletions.csv" { return "the list of a feed's changes" }
        if name.hasSuffix("_schema.json") || name.hasSuffix(".schema.json") { return "a schema" }
        if name.hasSuffix(".md") || name.hasPrefix("LICENSE") || name.hasSuffix(".rss") {
            return "text for people"
        }
        return structure(of: file)
    }

    /// By the first bytes: lists of product names, tables, vectors.
    private static func structure(of file: FeedFile) -> String? {
        let start = file.content.bytes(at: 0, count: min(file.content.count, maxHeadBytes)) ?? []
        let head = String(decoding: start, as: UTF8.self)
        let text = head.filter { !$0.isWhitespace }
        if text.hasPrefix(#"{"ecosystems":{"#), text.contains(#"["cpe:2.3:"#) { return "names of products (CPE)" }
        if text.hasPrefix("{"),
            text.contains(#""format":"NVD_CPE"#) || text.contains(#""products":[{"cpe":"#)
                || text.contains(#""matchStrings":["#)
        {
            return "NVD's dictionary of products (CPE)"
        }
        if head.hasPrefix("source\tversion\tsuites\t") { return "a table of where another feed was derived from" }
        if head.hasPrefix("CVSS:") || head.hasPrefix("AV:") { return "a list of CVSS vectors" }
        if text.hasPrefix("{"), text.contains(#""$schema":"http"#) || text.contains("json-schema.org") {
            return "a schema"
        }
        if text.contains(#""@context":"https://openvex.dev/ns"#) { return "a VEX document, which `scan --vex` reads" }
        return nil
    }

    private static let maxHeadBytes = 1024
}
