import Postgres
import Reports
import ScanModel
import VEX

/// The flaws of some packages, by type and version, those apart that are suppressed in every image that holds the package.
struct PackageFlaws {
    struct Counts {
        var open = SeverityCounts()
        var suppressed = 0
    }

    /// By type and version, as `[type, version]`.
    private(set) var byVersion: [[String]: Counts] = [:]

    /// Counts the open matches of the packages of `images`, a list of images by the package's number.
    init(_ session: PostgresSession, of images: [Int: [ImageIdentity]], asOf day: String) throws {
        struct Flaw: Hashable {
            var version: [String]
            var vulnerability: Int
        }
        let rows = try session.execute(
            """
            SELECT known.package_id, known.vulnerability_id, known.severity, \(PackageColumns.list)
            FROM package_vulnerabilities AS known JOIN packages ON packages.id = known.package_id
                LEFT JOIN distros ON distros.id = packages.distro
            WHERE known.package_id = ANY($1::bigint[]) AND known.found_until IS NULL ORDER BY 1, 2
            """,
            [.intArray(images.keys.sorted())]
        )
        let said = try FleetSuppressions(session, asOf: day, among: Array(Set(rows.map { try $0.int(1) })))
        // A flaw may touch packages of one version that differ in something else.
        var open: [Flaw: Severity] = [:]
        var suppressed: Set<Flaw> = []
        for row in rows {
            let stored = try PackageColumns(row, from: 3)
            let flaw = Flaw(
                version: [stored.package.type.rawValue, stored.package.version],
                vulnerability: try row.int(1)
            )
            let verdict = said.about(flaw.vulnerability, purl: stored.purl)
            let holders = images[try row.int(0)] ?? []
            if let verdict, holders.allSatisfy({ verdict.suppression(in: $0) != nil }) {
                suppressed.insert(flaw)
            } else {
                open[flaw] = max(open[flaw] ?? .unknown, Severity(rawValue: try row.string(2)) ?? .unknown)
            }
        }
        for (flaw, severity) in open { byVersion[flaw.version, default: Counts()].open[severity] += 1 }
        for flaw in suppressed where open[flaw] == nil { byVersion[flaw.version, default: Counts()].suppressed += 1 }
    }
}
