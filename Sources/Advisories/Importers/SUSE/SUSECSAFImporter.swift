import Bytes
import ScanModel
import Versions

/// Imports SUSE's CSAF documents (CSAF 2.0, sections 4.4 and 4.5; ftp.suse.com/pub/projects/security, `csaf` and `csaf-vex`):
/// a bulletin or a CVE each.
struct SUSECSAFImporter: OneRecordImporter {
    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            // Not an object: another format. A document that breaks off is counted when it is read.
            guard var members = try? JSONMembers(bytes) else { return false }
            while let member = try? members.next() {
                guard member.name == "document", var head = try? JSONMembers(member.value) else { continue }
                while let part = try? head.next() {
                    guard part.name == "publisher", part.value.count <= 4096 else { continue }
                    return String(decoding: part.value, as: UTF8.self).contains("https://www.suse.com")
                }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "suse-csaf" }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseJSON(file, limits: limits)
        return [.advisory(try Self.record(document, provider: provider, limits: limits))]
    }

    private static func record(
        _ json: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        let head = json["document"]
        let tracking = head?["tracking"]
        guard let id = BoundedText.name(tracking?["id"]?.string, limits: limits) else {
            throw RecordProblem("no usable id")
        }
        var cves: Set<String> = []
        var cvss: Set<CVSSVector> = []
        var statements = SUSEStatements(limits: limits)
        for flaw in (json["vulnerabilities"]?.elements ?? []).prefix(limits.maxRanges) {
            cves.formUnion(CVEText.identifiers(in: flaw["cve"]?.string ?? ""))
            for score in (flaw["scores"]?.elements ?? []).prefix(limits.maxAliases) {
                for version in ["cvss_v4", "cvss_v3", "cvss_v2"] {
                    let text = score[version]?["vectorString"]?.string
                    if let vector = text.flatMap(CVSS.parse) { cvss.insert(vector) }
                }
            }
            for status in flaw["product_status"]?.object?.members ?? [] {
                guard let meaning = meanings[status.name] else { continue }
                for product in status.value.strings { try statements.add(product, meaning) }
            }
        }
        let isBulletin = !id.hasPrefix("CVE-")
        let notes = head?["notes"]?.elements ?? []
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: isBulletin ? cves.sorted() : [],
            severity: SeverityWord.severity(head?["aggregate_severity"]?["text"]?.string)
                ?? cvss.map(CVSS.severity).max() ?? .unknown,
            cvss: cvss.sorted { $0.version == $1.version ? $0.vector < $1.vector : $0.version > $1.version },
            published: BoundedText.date(tracking?["initial_release_date"]?.string),
            modified: BoundedText.date(tracking?["current_release_date"]?.string),
            summary: BoundedText.clean(
                (notes.first { $0["category"]?.string == "summary" } ?? notes.first)?["text"]?.string
                    ?? head?["title"]?.string ?? "",
                maxBytes: limits.maxSummaryBytes
            ),
            urls: isBulletin ? [] : ["https://www.suse.com/security/cve/\(id)/"],
            affected: statements.ranges
        )
    }

    /// The product statuses of CSAF 2.0, section 3.2.3.9.
    private static let meanings: [String: SUSEStatements.Status] = [
        "fixed": .fixed, "first_fixed": .fixed, "recommended": .fixed, "known_affected": .affected,
        "known_not_affected": .notAffected, "under_investigation": .unknown,
    ]
}
