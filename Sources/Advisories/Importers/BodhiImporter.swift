import Bytes
import ScanModel
import Versions

/// Imports updates of Fedora and EPEL as Bodhi's API lists them (bodhi.fedoraproject.org/updates, one array a file).
///
/// They name source packages. Updates that are no RPM (containers, Flatpaks, modules) are kept without packages.
struct BodhiImporter: RecordListImporter {
    private static let lists = [RecordList(member: nil), RecordList(member: "updates")]

    func list(of file: FeedFile) throws(AdvisoryError) -> RecordList {
        let found = Self.lists.first { list in
            let first = list.first(of: file, limits: AdvisoryLimits())
            return first?["updateid"]?.string != nil && first?["builds"] != nil
        }
        guard let found else { throw AdvisoryError(.damaged, "\(file.name): no updates") }
        return found
    }

    func canRead(_ file: FeedFile) -> Bool {
        (try? list(of: file)) != nil  // Without a list it is another format.
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "fedora-bodhi" }

    func items(of update: JSONValue, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        [.advisory(try Self.record(update, provider: provider, limits: limits))]
    }

    private static func record(
        _ update: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let id = BoundedText.name(update["updateid"]?.string, limits: limits) else {
            throw RecordProblem("no usable updateid")
        }
        var covers = CVEText.identifiers(
            in: (update["bugs"]?.elements ?? []).compactMap { $0["title"]?.string },
            limits: limits
        )
        let isSecurity = update["type"]?.string == "security"
        if covers.isEmpty, isSecurity {
            covers = CVEText.identifiers(in: [update["notes"]?.string ?? ""], limits: limits)
        }
        let title = update["title"]?.string ?? ""
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: covers,
            severity: severity(update["severity"]?.string),
            published: BoundedText.timestamp(update["date_stable"]?.string ?? update["date_submitted"]?.string),
            modified: BoundedText.timestamp(update["date_modified"]?.string),
            summary: BoundedText.clean(title, maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.url(update["url"]?.string, limits: limits).map { [$0] } ?? [],
            affected: isSecurity ? try ranges(update, limits: limits) : []
        )
    }

    private static func ranges(_ update: JSONValue, limits: AdvisoryLimits) throws(RecordProblem) -> [AffectedRange] {
        guard update["content_type"]?.string == "rpm", let state = fixState(update["status"]?.string),
            let key = key(ofRelease: update["release"], limits: limits)
        else { return [] }
        let builds = update["builds"]?.elements ?? []
        guard builds.count <= limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) builds") }
        var ranges: Set<AffectedRange> = []
        for build in builds {
            guard let text = BoundedText.name(build["nvr"]?.string, limits: limits),
                let package = RPMName(nevr: text[...])
            else { continue }
            let epoch = build["epoch"]?.number.flatMap { Int(exactly: $0) } ?? 0
            let range = AffectedRange(
                ecosystem: key,
                package: package.name,
                scheme: .rpm,
                fixed: epoch > 0 ? "\(epoch):\(package.version)" : package.version,
                fixState: state
            )
            ranges.insert(range)
        }
        return ranges.sorted { ($0.package, $0.fixed ?? "") < ($1.package, $1.fixed ?? "") }
    }

    /// What is still in testing is no fix that a user gets; `nil` for an update that was taken back.
    private static func fixState(_ status: String?) -> FixState? {
        switch status {
        case "stable": .fixed
        case "testing", "pending": .notFixed
        default: nil
        }
    }

    private static func key(ofRelease release: JSONValue?, limits: AdvisoryLimits) -> String? {
        guard let version = BoundedText.name(release?["version"]?.string, limits: limits) else { return nil }
        switch release?["id_prefix"]?.string {
        case "FEDORA": return "fedora:\(version)"
        case "FEDORA-EPEL", "FEDORA-EPEL-NEXT": return "epel:\(version)"
        default: return nil
        }
    }

    private static func severity(_ word: String?) -> Severity {
        word == "urgent" ? .critical : SeverityWord.severity(word) ?? .unknown
    }
}
