import Bytes
import ScanModel

/// Imports NVD's records in the form of its API 2.0 (nvd.nist.gov/developers/vulnerabilities): pages of the API and feeds,
/// objects with an array `vulnerabilities`.
struct NVDImporter: RecordListImporter {
    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            // The mark stands before the records; a page that breaks off is refused when it is read.
            while let member = try? members.next() {
                guard member.name != "vulnerabilities" else { return false }
                if member.name == "format" { return member.value.elementsEqual(#""NVD_CVE""#.utf8) }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "nvd" }

    /// The `timestamp` of the page or feed, which stands before the records.
    func date(of file: FeedFile) -> String? {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return nil }  // Refused when it is read.
            while let member = try? members.next() {  // Likewise.
                guard member.name != "vulnerabilities" else { return nil }
                guard member.name == "timestamp" else { continue }
                return BoundedText.date(String(decoding: member.value.dropFirst().dropLast().prefix(40), as: UTF8.self))
            }
            return nil
        }
    }

    func list(of file: FeedFile) -> RecordList { RecordList(member: "vulnerabilities") }

    func items(of record: JSONValue, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        guard let cve = record["cve"] else { throw RecordProblem("no cve") }
        let id = try CVEItems.identifier(cve["id"]?.string, limits: limits)
        var vectors: [CVSSVector] = []
        var primary: [CVSSVector] = []
        for list in cve["metrics"]?.object?.members ?? [] {
            for metric in list.value.elements.prefix(limits.maxAliases) {
                guard let vector = metric["cvssData"]?["vectorString"]?.string.flatMap(CVSS.parse) else { continue }
                vectors.append(vector)
                if metric["type"]?.string == "Primary" { primary.append(vector) }
            }
        }
        let weaknesses = (cve["weaknesses"]?.elements ?? []).flatMap { $0["description"]?.elements ?? [] }
        var ranges = CPERanges(limits: limits)
        ranges.add(configurations: cve["configurations"])
        let enrichment = CVEEnrichment(
            cve: id,
            provider: provider,
            // NVD's own assessment counts before those that it only repeats.
            severity: CVSS.severity(ofAll: primary.isEmpty ? vectors : primary),
            cvss: CVSS.sorted(vectors),
            published: BoundedText.date(cve["published"]?.string),
            modified: BoundedText.date(cve["lastModified"]?.string),
            summary: CVEItems.english(cve["descriptions"], limits: limits),
            urls: BoundedText.urls(
                (cve["references"]?.elements ?? []).compactMap { $0["url"]?.string },
                limits: limits
            ),
            weaknesses: CVEItems.weaknesses(weaknesses.compactMap { $0["value"]?.string }, limits: limits),
            knownExploited: BoundedText.date(cve["cisaExploitAdd"]?.string),
            isRejected: cve["vulnStatus"]?.string == "Rejected"
        )
        return CVEItems.items(enrichment, ranges.ranges)
    }
}
