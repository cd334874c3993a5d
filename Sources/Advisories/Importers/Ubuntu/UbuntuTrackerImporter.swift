import Bytes
import ScanModel
import Versions

/// Imports files of Ubuntu's CVE tracker (git.launchpad.net/ubuntu-cve-tracker, README, "CVE file format"): one CVE each, with
/// lines `Field: value`, indented continuations, and `jammy_linux: released (5.15.0-56.62)` for each package and release.
struct UbuntuTrackerImporter: AdvisoryImporter {
    let isOneRecordPerFile = true

    private static let headBytes = 2048

    func canRead(_ file: FeedFile) -> Bool {
        let start = file.content.bytes(at: 0, count: min(file.content.count, Self.headBytes)) ?? []
        guard let first = start.first, first > 0x20, first != UInt8(ascii: "{"), first != UInt8(ascii: "<") else {
            return false
        }
        let lines = start.split(separator: UInt8(ascii: "\n"))
        let candidate = lines.first { $0.starts(with: Array("Candidate:".utf8)) }
        // The boilerplate of a new file has no CVE yet.
        return candidate.map { !CVEText.identifiers(in: String(decoding: $0, as: UTF8.self)).isEmpty } ?? false
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "ubuntu" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        guard file.content.count <= limits.maxRecordBytes else {
            counts.skip("\(file.name): more than \(limits.maxRecordBytes) bytes", limits: limits)
            return counts
        }
        var fields: [String: String] = [:]
        var vectors: Set<CVSSVector> = []
        var ranges: [AffectedRange] = []
        var section = ""
        for line in file.content.all.split(separator: UInt8(ascii: "\n")) where line.count <= limits.maxURLBytes * 4 {
            let text = String(decoding: line, as: UTF8.self)
            if text.first?.isWhitespace == true {
                add(text.trimmingSpaces, to: section, &fields, &vectors, limits)
                continue
            }
            guard let colon = text.firstIndex(of: ":") else { continue }
            section = String(text[..<colon])
            let value = String(text[text.index(after: colon)...]).trimmingSpaces
            if let range = Self.range(section, value, limits: limits), ranges.count < limits.maxRanges {
                ranges.append(range)
            } else {
                fields[section] = fields[section] ?? value
            }
        }
        guard let id = CVEText.identifiers(in: fields["Candidate"] ?? "").first else {
            counts.skip("\(file.name): no usable Candidate", limits: limits)
            return counts
        }
        let severity = SeverityWord.severity(fields["Priority"]?.split(separator: " ").first.map(String.init))
        for index in ranges.indices { ranges[index].severity = severity }
        counts.records = 1
        let record = AdvisoryRecord(
            id: id,
            provider: provider,
            severity: severity ?? vectors.map(CVSS.severity).max() ?? .unknown,
            cvss: vectors.sorted { $0.version == $1.version ? $0.vector < $1.vector : $0.version > $1.version },
            published: BoundedText.date(fields["PublicDate"].map { String($0.prefix(10)) }),
            summary: BoundedText.clean(
                (fields["Description"] ?? "").trimmingSpaces,
                maxBytes: limits.maxSummaryBytes
            ),
            urls: ["https://ubuntu.com/security/\(id)"],
            affected: UbuntuRelease.withUnfixedRelease(ranges)
        )
        try emit(.advisory(record))
        return counts
    }

    private func add(
        _ text: String,
        to section: String,
        _ fields: inout [String: String],
        _ vectors: inout Set<CVSSVector>,
        _ limits: AdvisoryLimits
    ) {
        switch section {
        case "Description":
            let before = fields[section] ?? ""
            guard before.utf8.count < limits.maxSummaryBytes else { return }
            fields[section] = before.isEmpty ? text : "\(before)\n\(text)"
        case "CVSS":
            // `nvd: CVSS:3.1/AV:L/… [5.5 MEDIUM]`
            let vector = text.split(separator: " ").lazy.compactMap { CVSS.parse(String($0)) }.first
            if let vector, vectors.count < limits.maxAliases { vectors.insert(vector) }
        default: return
        }
    }

    /// What `esm-infra/xenial_linux: released (4.4.0-1)` says; `nil` for a line about something else.
    private static func range(_ name: String, _ value: String, limits: AdvisoryLimits) -> AffectedRange? {
        guard let mark = name.firstIndex(of: "_"), let key = UbuntuRelease.key(series: String(name[..<mark])),
            let package = BoundedText.name(String(name[name.index(after: mark)...]), limits: limits)
        else { return nil }
        let word = String(value.prefix { $0 != " " })
        let note = value.dropFirst(word.count).drop { $0 == " " || $0 == "(" }.prefix { $0 != ")" }
        guard var range = UbuntuState(word, note: String(note))?.range(package) else { return nil }
        range.ecosystem = key
        return range
    }
}
