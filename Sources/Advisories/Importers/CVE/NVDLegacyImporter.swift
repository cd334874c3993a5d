import Bytes
import ScanModel

/// Imports NVD's feeds of the form 1.1 (`nvd_cve_feed_json_1.1.schema`), published until 2023: objects with an array
/// `CVE_Items`.
struct NVDLegacyImporter: RecordListImporter {
    /// Levels of nodes within nodes.
    private static let maxNodes = 8

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            // The mark comes first; a feed that breaks off is refused when it is read.
            guard let first = try? members.next() else { return false }
            return first.name == "CVE_data_type"
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "nvd" }

    func list(of file: FeedFile) -> RecordList { RecordList(member: "CVE_Items") }

    func items(of record: JSONValue, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let cve = record["cve"]
        let id = try CVEItems.identifier(cve?["CVE_data_meta"]?["ID"]?.string, limits: limits)
        let impact = record["impact"]
        let texts = [
            impact?["baseMetricV3"]?["cvssV3"]?["vectorString"]?.string,
            impact?["baseMetricV2"]?["cvssV2"]?["vectorString"]?.string,
        ]
        let vectors = CVSS.sorted(texts.compactMap { $0.flatMap(CVSS.parse) })
        let weaknesses = (cve?["problemtype"]?["problemtype_data"]?.elements ?? [])
            .flatMap { $0["description"]?.elements ?? [] }
        let urls = (cve?["references"]?["reference_data"]?.elements ?? []).compactMap { $0["url"]?.string }
        var ranges = CPERanges(limits: limits)
        var nodes = record["configurations"]?["nodes"]?.elements ?? []
        for _ in 0..<Self.maxNodes where !nodes.isEmpty {
            for match in nodes.flatMap({ $0["cpe_match"]?.elements ?? [] }) where match["vulnerable"].isTrue {
                guard let name = match["cpe23Uri"]?.string.flatMap(CPEName.init) else { continue }
                ranges.add(name, CPERanges.Bounds(match))
            }
            nodes = nodes.flatMap { $0["children"]?.elements ?? [] }
        }
        let summary = CVEItems.english(cve?["description"]?["description_data"], limits: limits)
        let enrichment = CVEEnrichment(
            cve: id,
            provider: provider,
            severity: CVSS.severity(ofAll: vectors),
            cvss: vectors,
            published: BoundedText.date(record["publishedDate"]?.string),
            modified: BoundedText.date(record["lastModifiedDate"]?.string),
            summary: summary,
            urls: BoundedText.urls(urls, limits: limits),
            weaknesses: CVEItems.weaknesses(weaknesses.compactMap { $0["value"]?.string }, limits: limits),
            isRejected: summary.hasPrefix("** REJECT **")
        )
        return CVEItems.items(enrichment, ranges.ranges)
    }
}
