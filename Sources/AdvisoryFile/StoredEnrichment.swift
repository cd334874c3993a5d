import Advisories
import GRDB
import ScanModel

/// What a publisher says about a CVE as a row of `enrichment`.
enum StoredEnrichment {
    static let columns = """
        cve, provider, severity, cvss, published, modified, summary, urls, weaknesses, ssvc, known_exploited, is_rejected
        """

    /// An older statement of the same provider about the same CVE does not replace a newer one.
    static let insert = """
        INSERT INTO enrichment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (cve, provider) DO UPDATE SET severity = excluded.severity, cvss = excluded.cvss,
            published = excluded.published, modified = excluded.modified, summary = excluded.summary,
            urls = excluded.urls, weaknesses = excluded.weaknesses, ssvc = excluded.ssvc,
            known_exploited = excluded.known_exploited, is_rejected = excluded.is_rejected
        WHERE coalesce(excluded.modified, '') >= coalesce(enrichment.modified, '')
        """

    static func arguments(_ item: CVEEnrichment) -> StatementArguments {
        let points = item.ssvc.map { "\($0.exploitation)\t\($0.automatable)\t\($0.technicalImpact)" }
        return [
            item.cve, item.provider, item.severity.rawValue, StoredVectors.join(item.cvss), item.published,
            item.modified, item.summary, Lines.join(item.urls), Lines.join(item.weaknesses), points,
            item.knownExploited, item.isRejected,
        ]
    }

    static func enrichment(_ row: Row) -> CVEEnrichment {
        CVEEnrichment(
            cve: row[0],
            provider: row[1],
            severity: Severity(rawValue: row[2]) ?? .unknown,
            cvss: StoredVectors.split(row[3]),
            published: row[4],
            modified: row[5],
            summary: row[6],
            urls: Lines.split(row[7]),
            weaknesses: Lines.split(row[8]),
            ssvc: (row[9] as String?).flatMap(points),
            knownExploited: row[10],
            isRejected: row[11]
        )
    }

    private static func points(_ text: String) -> SSVC? {
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        return SSVC(exploitation: parts[0], automatable: parts[1], technicalImpact: parts[2])
    }
}
