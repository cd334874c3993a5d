import Bytes
import ScanModel
import Versions
import YAML

/// Imports the Victims database (victims/victims-cve-db, README): one YAML file a CVE, for Maven and for PyPI.
struct VictimsImporter: OneRecordImporter {
    private static let headBytes = 256

    func canRead(_ file: FeedFile) -> Bool {
        guard file.name.hasSuffix(".yaml") else { return false }
        let parts = file.name.split(separator: "/")
        if parts.contains("database"), parts.contains("java") || parts.contains("python") { return true }
        let head = file.content.bytes(at: 0, count: min(file.content.count, Self.headBytes)) ?? []
        return String(decoding: head, as: UTF8.self).split(separator: "\n").prefix(2).contains { $0.hasPrefix("cve:") }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "victims" }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseYAML(file, limits: limits)
        guard let number = document["cve"]?.string, let id = BoundedText.name("CVE-\(number)", limits: limits)
        else {
            throw RecordProblem("no CVE")
        }
        let score = document["cvss_v2"]?.string.flatMap { Double($0) }
        var ranges: [AffectedRange] = []
        for entry in document["affected"]?.elements ?? [] {
            ranges += try Self.ranges(entry, limits: limits)
            guard ranges.count <= limits.maxRanges else { throw RecordProblem("too many ranges") }
        }
        let record = AdvisoryRecord(
            id: id,
            provider: provider,
            severity: score.map { CVSS.severity(ofScore: $0, isVersion2: true) } ?? .unknown,
            summary: BoundedText.clean(document["title"]?.string ?? "", maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.urls(document["references"]?.strings ?? [], limits: limits),
            affected: ranges
        )
        return [.advisory(record)]
    }

    private static func ranges(_ entry: YAMLNode, limits: AdvisoryLimits) throws(RecordProblem) -> [AffectedRange] {
        let template: AffectedRange
        if let group = BoundedText.name(entry["groupId"]?.string, limits: limits),
            let artifact = BoundedText.name(entry["artifactId"]?.string, limits: limits)
        {
            template = AffectedRange(
                ecosystem: "maven",
                package: "\(group):\(artifact)",
                scheme: .maven,
                fixState: .unknown
            )
        } else if let name = BoundedText.name(entry["name"]?.string, limits: limits) {
            template = AffectedRange(
                ecosystem: "pypi",
                package: Ecosystem.normalizedName(name, in: "pypi"),
                scheme: .pep440,
                fixState: .unknown
            )
        } else {
            throw RecordProblem("an affected package without a name")
        }
        var spans = AffectedSpans(affected: [])
        var loose: [VersionSpan] = []
        for text in entry["version"]?.strings ?? [] {
            let (span, series) = try span(text)
            if series == nil, span.lower == nil || span.upper == nil {
                loose.append(span)
            } else {
                spans.affected.append(span)
            }
        }
        spans.affected += joined(loose)
        for text in entry["fixedin"]?.strings ?? [] { spans.patched.append(try span(text).span) }
        for text in entry["unaffected"]?.strings ?? [] { spans.unaffected.append(try span(text).span) }
        return try spans.ranges(template)
    }

    /// `<=2.0.1` and `>=1.5` listed apart are the two ends of one interval; two on one side are two statements.
    private static func joined(_ loose: [VersionSpan]) -> [VersionSpan] {
        guard loose.count == 2, let lower = loose.lazy.compactMap(\.lower).first,
            let upper = loose.lazy.compactMap(\.upper).first
        else { return loose }
        return [VersionSpan(lower: lower, upper: upper)]
    }

    /// `<=2.12.2,2.12`: an operator, a version, and the series in which it counts.
    private static func span(_ text: String) throws(RecordProblem) -> (span: VersionSpan, series: String?) {
        let parts = text.split(separator: ",", maxSplits: 1).map { String($0).trimmingSpaces }
        guard let comparison = parts.first else { throw RecordProblem("an empty version") }
        let series = parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil
        let mark = comparison.prefix { "<>=".contains($0) }
        let version = String(comparison.dropFirst(mark.count)).trimmingSpaces
        guard !version.isEmpty, version.utf8.count <= 200 else {
            throw RecordProblem("no version in \(text.prefix(60))")
        }
        let own = VersionSpan.Bound(version: version, isIncluded: mark.hasSuffix("=") || mark.isEmpty)
        switch mark {
        case "==", "=", "": return (.exactly(version), series)
        case "<=", "<":
            return (VersionSpan(lower: series.map { .init(version: $0, isIncluded: true) }, upper: own), series)
        case ">=", ">": return (VersionSpan(lower: own, upper: try series.map(end)), series)
        default: throw RecordProblem("an unknown mark in \(text.prefix(60))")
        }
    }

    /// The end of a series: the next one, itself left out.
    private static func end(of series: String) throws(RecordProblem) -> VersionSpan.Bound {
        var numbers = try WildVersion(series).numbers
        guard let last = numbers.popLast() else { throw RecordProblem("a series without a number") }
        numbers.append(last.successor)
        return .init(version: numbers.map(\.text).joined(separator: "."), isIncluded: false)
    }
}
