import Bytes
import ScanModel
import Versions

/// Imports Arch Linux's vulnerability groups (security.archlinux.org, `/issues/all.json`).
///
/// Arch orders versions as rpm does (`vercmp` of pacman has its roots there).
struct ArchImporter: RecordListImporter {
    private static let list = RecordList(member: nil)

    func canRead(_ file: FeedFile) -> Bool {
        Self.list.first(of: file, limits: AdvisoryLimits())?["name"]?.string?.hasPrefix("AVG-") == true
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "arch" }

    func list(of file: FeedFile) -> RecordList { Self.list }

    func items(of group: JSONValue, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        [.advisory(try Self.record(group, provider: provider, limits: limits))]
    }

    private static func record(
        _ group: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let id = BoundedText.name(group["name"]?.string, limits: limits) else {
            throw RecordProblem("no usable name")
        }
        let issues = (group["issues"]?.strings ?? []).prefix(limits.maxAliases)
            .compactMap { BoundedText.name($0, limits: limits) }
        let packages = (group["packages"]?.strings ?? []).prefix(limits.maxRanges)
            .compactMap { BoundedText.name($0, limits: limits) }
        guard let status = group["status"]?.string else { throw RecordProblem("\(id): no status") }
        let fixed = BoundedText.name(group["fixed"]?.string, limits: limits)
        let bound: (version: String?, state: FixState)
        switch status {
        case "Not affected": bound = (AffectedRange.neverAffectedBound, .fixed)
        case "Fixed":
            guard let fixed else { throw RecordProblem("\(id): fixed without a version") }
            bound = (fixed, .fixed)
        // A version that is still in testing bounds what is affected, but nobody gets it yet.
        case "Vulnerable", "Testing": bound = (fixed, .notFixed)
        default: bound = (fixed, .unknown)
        }
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: Set(issues.filter { $0.hasPrefix("CVE-") }).sorted(),
            severity: SeverityWord.severity(group["severity"]?.string) ?? .unknown,
            summary: BoundedText.clean(group["type"]?.string ?? "", maxBytes: limits.maxSummaryBytes),
            urls: ["https://security.archlinux.org/\(id)"],
            affected: packages.map { name in
                AffectedRange(
                    ecosystem: "arch",
                    package: name,
                    scheme: .rpm,
                    fixed: bound.version,
                    fixState: bound.state
                )
            }
        )
    }
}
