import Bytes
import ScanModel
import Versions
import YAML

/// Imports the Ruby Advisory Database (rubysec/ruby-advisory-db, README, "Directory Structure" and "Schema"): one YAML
/// file an advisory, under `gems/NAME` for gems and `rubies/ENGINE` for interpreters.
struct RubySecImporter: OneRecordImporter {
    private static let headBytes = 256

    func canRead(_ file: FeedFile) -> Bool {
        guard file.name.hasSuffix(".yml") else { return false }
        let folders = file.name.split(separator: "/").dropLast().suffix(2)
        if folders.count == 2, let first = folders.first, first == "gems" || first == "rubies" { return true }
        let head = file.content.bytes(at: 0, count: min(file.content.count, Self.headBytes)) ?? []
        return String(decoding: head, as: UTF8.self).split(separator: "\n").prefix(3)
            .contains { $0.hasPrefix("gem:") || $0.hasPrefix("engine:") }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "rubysec" }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseYAML(file, limits: limits)
        return [.advisory(try Self.record(document, name: file.name, provider: provider, limits: limits))]
    }

    private static func record(
        _ document: YAMLNode,
        name file: String,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        let gem = document["gem"]?.string
        guard let package = BoundedText.name(gem ?? document["engine"]?.string, limits: limits) else {
            throw RecordProblem("neither a gem nor an engine")
        }
        var names: [String] = []
        if let number = document["cve"]?.string { names.append("CVE-\(number)") }
        if let code = document["ghsa"]?.string { names.append("GHSA-\(code)") }
        if let number = document["osvdb"]?.string { names.append("OSVDB-\(number)") }
        names = names.compactMap { BoundedText.name($0, limits: limits) }
        // An advisory without a number of its own goes by its file.
        let base = file.split(separator: "/").last.map { String($0.dropLast(4)) }
        guard let id = names.first ?? BoundedText.name(base, limits: limits) else {
            throw RecordProblem("no identifier")
        }
        let requirement = Requirement(.gem)
        var spans = AffectedSpans()
        for text in document["patched_versions"]?.strings ?? [] { spans.patched += try requirement.spans(text) }
        for text in document["unaffected_versions"]?.strings ?? [] { spans.unaffected += try requirement.spans(text) }
        let template = AffectedRange(
            ecosystem: gem == nil ? "binary" : "rubygems",
            package: package,
            scheme: .rubygems,
            fixState: .unknown
        )
        let urls = [document["url"]?.string].compactMap(\.self) + (document["related"]?["url"]?.strings ?? [])
        return AdvisoryRecord(
            id: id,
            provider: provider,
            aliases: Set(names).subtracting([id]).sorted(),
            severity: severity(document),
            published: BoundedText.date(document["date"]?.string),
            summary: BoundedText.clean(document["title"]?.string ?? "", maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.urls(urls, limits: limits),
            affected: try spans.ranges(template)
        )
    }

    /// The database has scores without vectors; the newest version that is given counts.
    private static func severity(_ document: YAMLNode) -> Severity {
        for member in ["cvss_v4", "cvss_v3", "cvss_v2"] {
            guard let score = document[member]?.string.flatMap({ Double($0) }), (0...10).contains(score) else {
                continue
            }
            return CVSS.severity(ofScore: score, isVersion2: member == "cvss_v2")
        }
        return .unknown
    }
}
