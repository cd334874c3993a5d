import Bytes
import ScanModel
import TOML
import Versions

/// Imports RustSec's database (rustsec/advisory-db, EXAMPLE_ADVISORY.md): Markdown with a TOML head, one file an advisory.
///
/// Advisories about crates are numbered `RUSTSEC-…`; those about the toolchain (the folder `rust`) go by their CVE and are
/// a feed of their own.
struct RustSecImporter: OneRecordImporter {
    private let isToolchain: Bool

    init(isToolchain: Bool) { self.isToolchain = isToolchain }

    private static let fence = Array("```toml".utf8)

    func canRead(_ file: FeedFile) -> Bool {
        guard file.name.hasSuffix(".md"), file.content.hasBytes(Self.fence) else { return false }
        let name = file.name.split(separator: "/").last ?? ""
        return name.hasPrefix("RUSTSEC-") != isToolchain
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        isToolchain ? "rust-toolchain" : "rustsec"
    }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        guard let end = file.content.firstOffset(of: Array("\n```".utf8), from: Self.fence.count),
            let head = file.content.bytes(at: Self.fence.count, count: end - Self.fence.count)
        else { throw RecordProblem("the head has no end") }
        let table = try RecordProblem.parseTOML(head, limits: limits)
        let body = file.content.bytes(at: end + 4, count: file.content.count - end - 4) ?? []
        return [.advisory(try record(table, title: Self.title(of: body), provider: provider, limits: limits))]
    }

    /// The text of the first heading.
    private static func title(of body: [UInt8]) -> String {
        for line in body.split(separator: UInt8(ascii: "\n")) {
            guard line.starts(with: [UInt8(ascii: "#"), UInt8(ascii: " ")]) else { continue }
            return String(decoding: line.dropFirst(2), as: UTF8.self).trimmingSpaces
        }
        return ""
    }

    private func record(
        _ table: TOMLTable,
        title: String,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let head = table["advisory"]?.table, let id = BoundedText.name(head["id"]?.string, limits: limits),
            let package = BoundedText.name(head["package"]?.string, limits: limits)
        else { throw RecordProblem("no id or no package") }
        func texts(_ value: TOMLValue?) -> [String] { (value?.elements ?? []).compactMap(\.string) }
        let vectors = CVSS.sorted([head["cvss"]?.string.flatMap(CVSS.parse)].compactMap(\.self))
        let urls = [head["url"]?.string].compactMap(\.self) + texts(head["references"])
        return AdvisoryRecord(
            id: id,
            provider: provider,
            aliases: BoundedText.names(texts(head["aliases"]), limits: limits).filter { $0 != id },
            severity: CVSS.severity(ofAll: vectors),
            cvss: vectors,
            published: Self.date(head["date"]),
            withdrawn: Self.date(head["withdrawn"]),
            summary: BoundedText.clean(head["title"]?.string ?? title, maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.urls(urls, limits: limits),
            affected: try isFlaw(table, head) ? ranges(of: package, table) : []
        )
    }

    private static func date(_ value: TOMLValue?) -> String? {
        switch value {
        case .string(let text), .date(let text): BoundedText.date(text)
        default: nil
        }
    }

    /// Whether the advisory is about a flaw on Linux: not that a crate is unmaintained, nor another system's.
    private func isFlaw(_ table: TOMLTable, _ head: TOMLTable) -> Bool {
        switch head["informational"]?.string?.trimmingSpaces {
        case "unmaintained", "notice": return false
        default: break
        }
        guard let systems = table["affected"]?["os"]?.elements.compactMap(\.string), !systems.isEmpty else {
            return true
        }
        return systems.contains("linux")
    }

    private func ranges(of package: String, _ table: TOMLTable) throws(RecordProblem) -> [AffectedRange] {
        let requirement = Requirement(.cargo)
        var spans = AffectedSpans()
        for text in table["versions"]?["patched"]?.elements.compactMap(\.string) ?? [] {
            spans.patched += try requirement.spans(text)
        }
        for text in table["versions"]?["unaffected"]?.elements.compactMap(\.string) ?? [] {
            spans.unaffected += try requirement.spans(text)
        }
        return try spans.ranges(
            AffectedRange(
                ecosystem: isToolchain ? "binary" : "crates.io",
                // The standard library is found as the toolchain that it was built with.
                package: isToolchain && package == "std" ? "rust" : package,
                scheme: .semver,
                fixState: .unknown
            )
        )
    }
}
