import AnchoreAPI
import Matching
import Postgres
import ScanModel

/// The open matches of packages, with what is known of the packages and flaws.
///
/// Packages and flaws are read by statements of their own: most are in many matches, and a join of all three makes PostgreSQL
/// read the packages and flaws of the whole fleet for the sake of one image.
struct EvaluationMatches {
    struct Match {
        let package: Int
        let flaw: Int
        /// Whether another package of the fleet answers for the package.
        let hasOwner: Bool
        let finding: SharedFinding
    }

    private struct HeldPackage {
        /// In the order of packages.
        let place: Int
        let hasOwner: Bool
        let fingerprint: [UInt8]
        let columns: PackageColumns
    }

    private struct KnownFlaw {
        /// In the order of names.
        let place: Int
        let name: String
        let aliases: [String]
        let vector: String?
        let score: Double?
    }

    /// By flaw and package.
    let all: [Match]

    /// The questions that ``init(_:)`` reads the answers to.
    static func statements(of packages: [Int]) -> [KeptStatement] {
        [heldPackages, knownFlaws, matches].map { KeptStatement($0, [.intArray(packages)]) }
    }

    init(_ answers: inout PostgresAnswers) throws {
        let (held, known) = (try Self.packages(answers.next()), try Self.flaws(answers.next()))
        let rows = try answers.next()
        var found: [(flaw: Int, package: Int, match: Match)] = []
        found.reserveCapacity(rows.count)
        for row in rows {
            let pair = (package: try row.int(0), flaw: try row.int(1))
            guard let package = held[pair.package], let flaw = known[pair.flaw] else { continue }
            let record = FindingRecord(
                id: flaw.name,
                aliases: flaw.aliases,
                severity: Severity(rawValue: try row.string(2)) ?? .unknown,
                fixedVersions: try row.strings(3),
                willNotFix: try row.string(4) == FixState.wontFix.rawValue,
                provider: try row.string(5),
                cvssVector: flaw.vector,
                cvssScore: flaw.score,
                package: package.columns.package,
                distro: package.columns.distro,
                detectedAt: try row.int(6),
                fixedFrom: try row.int(7)
            )
            let match = Match(
                package: pair.package,
                flaw: pair.flaw,
                hasOwner: package.hasOwner,
                finding: SharedFinding(record: record, fingerprint: package.fingerprint)
            )
            found.append((flaw.place, package.place, match))
        }
        let order = found.indices.sorted { left, right in
            (found[left].flaw, found[left].package) < (found[right].flaw, found[right].package)
        }
        all = order.map { found[$0].match }
    }

    private static func packages(_ rows: PostgresRows) throws -> [Int: HeldPackage] {
        var held: [Int: HeldPackage] = [:]
        held.reserveCapacity(rows.count)
        for row in rows {
            held[try row.int(0)] = HeldPackage(
                place: held.count,
                hasOwner: try row.bool(1),
                fingerprint: try row.bytes(2),
                columns: try PackageColumns(row, from: 3)
            )
        }
        return held
    }

    private static func flaws(_ rows: PostgresRows) throws -> [Int: KnownFlaw] {
        let named = try rows.map { (id: try $0.int(0), name: try $0.string(1), row: $0) }
        var known: [Int: KnownFlaw] = [:]
        known.reserveCapacity(rows.count)
        for flaw in named.sorted(by: { $0.name < $1.name }) {
            known[flaw.id] = KnownFlaw(
                place: known.count,
                name: flaw.name,
                aliases: try flaw.row.strings(2),
                vector: try flaw.row.optionalString(3),
                score: try flaw.row.optionalDouble(4)
            )
        }
        return known
    }

    private static let matches = """
        SELECT package_id, vulnerability_id, severity, fixed_versions, fix_state, provider,
            \(AnchoreSQL.seconds("found_from")), \(AnchoreSQL.seconds("coalesce(fixed_from, found_from)"))
        FROM package_vulnerabilities WHERE found_until IS NULL AND package_id = ANY($1::bigint[])
        """

    private static let heldPackages = """
        SELECT packages.id, packages.owner IS NOT NULL, packages.fingerprint, \(PackageColumns.list)
        FROM packages LEFT JOIN distros ON distros.id = packages.distro WHERE packages.id = ANY($1::bigint[])
        ORDER BY packages.type, packages.name COLLATE "C", packages.version COLLATE "C", packages.fingerprint
        """

    private static let knownFlaws = """
        SELECT id, name, aliases, cvss_vector, cvss_score FROM vulnerabilities
        WHERE id = ANY(ARRAY(SELECT DISTINCT vulnerability_id FROM package_vulnerabilities
            WHERE package_id = ANY($1::bigint[]) AND found_until IS NULL))
        """
}
