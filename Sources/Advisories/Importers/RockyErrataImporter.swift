import Bytes
import ScanModel

/// Imports pages of Rocky Linux's errata API (`errata.rockylinux.org/api/v2/advisories`).
struct RockyErrataImporter: RecordListImporter {
    private static let list = RecordList(member: "advisories")

    func canRead(_ file: FeedFile) -> Bool {
        let first = Self.list.first(of: file, limits: AdvisoryLimits())
        return first?["affected_products"] != nil && first?["packages"] != nil && first?["name"]?.string != nil
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "rocky-errata" }

    func list(of file: FeedFile) -> RecordList { Self.list }

    func items(of advisory: JSONValue, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        [.advisory(try Self.record(advisory, provider: provider, limits: limits))]
    }

    private static func record(
        _ advisory: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let id = BoundedText.name(advisory["name"]?.string, limits: limits) else {
            throw RecordProblem("no usable name")
        }
        let flaws = (advisory["cves"]?.elements ?? []).prefix(limits.maxAliases)
        let covers = Set(flaws.compactMap { BoundedText.name($0["cve"]?.string, limits: limits) })
            .filter { $0.hasPrefix("CVE-") }.sorted()
        let isOfInterest = advisory["kind"]?.string == "Security" || !covers.isEmpty
        let cvss = Set(flaws.compactMap { $0["cvss3_scoring_vector"]?.string.flatMap(CVSS.parse) })
            .sorted { $0.vector < $1.vector }
        let summary = advisory["synopsis"]?.string ?? ""
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: covers,
            severity: SeverityWord.severity(advisory["severity"]?.string) ?? .unknown,
            cvss: cvss,
            published: BoundedText.date(advisory["published_at"]?.string),
            modified: BoundedText.date(advisory["updated_at"]?.string),
            summary: BoundedText.clean(summary, maxBytes: limits.maxSummaryBytes),
            urls: ["https://errata.rockylinux.org/\(id)"],
            affected: isOfInterest ? try ranges(advisory["packages"]?.elements ?? [], limits: limits) : []
        )
    }

    private static func ranges(
        _ packages: [JSONValue],
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> [AffectedRange] {
        var statements = RPMStatements()
        guard packages.count <= limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) packages") }
        for entry in packages {
            guard let text = BoundedText.name(entry["nevra"]?.string, limits: limits),
                let package = RPMName(nevra: text), let major = major(ofProduct: entry["product_name"]?.string)
            else { continue }
            let name = entry["module_name"]?.string
            let module = name.flatMap { name in entry["module_stream"]?.string.map { "\(name):\($0)" } }
            statements.add(
                .fixed(package.version),
                ecosystem: "rocky:\(major)",
                package: package.name,
                module: BoundedText.name(module, limits: limits),
                architecture: package.architecture
            )
        }
        return statements.ranges()
    }

    /// `8` for `Rocky Linux 8.5 x86_64 (Legacy)`; `nil` for what special interest groups publish.
    private static func major(ofProduct name: String?) -> String? {
        guard let name, name.hasPrefix("Rocky Linux ") else { return nil }
        let digits = name.dropFirst(12).prefix { $0.isNumber && $0.isASCII }
        return digits.isEmpty || digits.count > 3 ? nil : String(digits)
    }
}
