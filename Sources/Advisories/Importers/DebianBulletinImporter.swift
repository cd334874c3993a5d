import Bytes
import ScanModel
import Versions

/// Imports the lists of Debian's bulletins, `data/DSA/list` and `data/DLA/list` of the security tracker
/// (security-team.debian.org/security_tracker.html, "The DSA list").
///
/// A bulletin begins with `[29 Mar 2023] DSA-5380-1 xorg-server - security update`; the lines below it, indented, name its
/// CVEs in braces and what each release got: a version, `<not-affected>`, `<end-of-life>` or `<unfixed>`.
struct DebianBulletinImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool { header(of: file) != nil }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        header(of: file).map { "debian-\($0.id.prefix(3).lowercased())" }
    }

    private func header(of file: FeedFile) -> DebianBulletin? {
        guard file.content.u8(at: 0) == UInt8(ascii: "[") else { return nil }
        let start = file.content.bytes(at: 0, count: min(file.content.count, 512)) ?? []
        return DebianBulletin(header: String(decoding: start.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        var bulletin: DebianBulletin?
        func finish() throws {
            guard let finished = bulletin else { return }
            counts.records += 1
            try emit(.advisory(finished.record(provider: provider, limits: limits)))
        }
        try file.content.withUnsafeBytes { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard line.count <= limits.maxURLBytes * 64 else {
                    counts.skip("\(file.name): a line of \(line.count) bytes", limits: limits)
                    continue
                }
                let text = String(decoding: line, as: UTF8.self)
                if text.first?.isWhitespace == true {
                    bulletin?.add(text.trimmingSpaces, limits: limits)
                    continue
                }
                try finish()
                bulletin = DebianBulletin(header: text)
                if bulletin == nil { counts.skip("\(file.name): no bulletin: \(text)", limits: limits) }
            }
        }
        try finish()
        return counts
    }
}

/// One bulletin of a list.
struct DebianBulletin {
    let id: String
    private let date: String
    private let title: String
    private var cves: [String] = []
    private var ranges: [AffectedRange] = []

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads `[29 Mar 2023] DSA-5380-1 xorg-server - security update`; `nil` where it is no such line.
    init?(header: String) {
        guard header.hasPrefix("["), let close = header.firstIndex(of: "]") else { return nil }
        let date = header[..<close].dropFirst().split(separator: " ")
        let rest = header[header.index(after: close)...].split(separator: " ", maxSplits: 1)
        guard date.count == 3, let day = Int(date[0]), (1...31).contains(day),
            let month = Self.months.firstIndex(of: String(date[1].prefix(3))), let year = Int(date[2]),
            (1990...2200).contains(year), let id = rest.first, id.hasPrefix("DSA-") || id.hasPrefix("DLA-"),
            id.utf8.count <= 32
        else { return nil }
        self.id = String(id)
        self.date = "\(year)-\(Self.twoDigits(month + 1))-\(Self.twoDigits(day))"
        title = rest.count > 1 ? String(rest[1]).trimmingSpaces : ""
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Takes an indented line: `{CVE-… CVE-…}` or `[bullseye] - xorg-server 2:1.20.11-1+deb11u6`; others are notes.
    mutating func add(_ line: String, limits: AdvisoryLimits) {
        if line.hasPrefix("{") {
            cves += CVEText.identifiers(in: line, limit: limits.maxRanges)
            return
        }
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard line.hasPrefix("["), words.count >= 4, words[0].hasSuffix("]"), words[1] == "-",
            ranges.count < limits.maxRanges,
            let package = BoundedText.name(String(words[2]), limits: limits),
            let version = BoundedText.name(String(words[3]), limits: limits)
        else { return }
        let codename = String(words[0].dropFirst().dropLast())
        var range = AffectedRange(
            ecosystem: "debian:\(DebianRelease.number(codename) ?? codename)",
            package: package,
            scheme: .dpkg,
            fixState: .fixed
        )
        switch version {
        case "<not-affected>": range.fixed = AffectedRange.neverAffectedBound
        case "<unfixed>": range.fixState = .notFixed
        case "<end-of-life>", "<no-dsa>", "<ignored>": range.fixState = .wontFix
        case _ where version.hasPrefix("<"): return
        default: range.fixed = version
        }
        ranges.append(range)
    }

    /// The record; a bulletin about a regression or a release's end names no flaw, and has nothing that could match.
    func record(provider: String, limits: AdvisoryLimits) -> AdvisoryRecord {
        let isAboutFlaws = !cves.isEmpty || !(title.contains("regression") || title.contains("end-of-life"))
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: Set(cves).sorted(),
            published: date,
            summary: BoundedText.clean(title, maxBytes: limits.maxSummaryBytes),
            urls: ["https://security-tracker.debian.org/tracker/\(id)"],
            affected: isAboutFlaws ? ranges : []
        )
    }
}
