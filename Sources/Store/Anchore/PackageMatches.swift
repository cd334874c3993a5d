package import AnchoreAPI
import Matching
import Postgres
import ScanModel

/// The open matches of a package, with what is known of the package and of the flaws.
///
/// A reference: what images share is held once, and kept for the images to come.
package final class PackageMatches: Sendable {
    /// Names what was read: matches have another version whenever one of the fleet's differs.
    package struct Key: Hashable, Sendable {
        /// `matching_rules.matches_version`, from the snapshot that the matches were read in.
        package let version: Int
        /// The package's number.
        package let package: Int
    }

    package let key: Key
    /// Names the package everywhere, as ``PackagePlaces`` does.
    package let fingerprint: [UInt8]
    /// Whether another package of the fleet answers for it.
    let hasOwner: Bool
    /// By the names of the flaws.
    package let records: [FindingRecord]
    /// The names and the numbers of the flaws, in the same order.
    private let names: [String]
    let flaws: [Int]

    init(
        key: Key,
        fingerprint: [UInt8],
        hasOwner: Bool,
        _ matches: [(flaw: Int, record: FindingRecord)]
    ) {
        self.key = key
        self.fingerprint = fingerprint
        self.hasOwner = hasOwner
        let sorted = matches.sorted { $0.record.id < $1.record.id }
        records = sorted.map(\.record)
        names = records.map(\.id)
        flaws = sorted.map(\.flaw)
    }
}

extension PackageMatches {
    /// The questions that ``read(_:of:version:)`` reads the answers to.
    ///
    /// Packages and flaws are read by statements of their own: most are in many matches, and a join of all three makes
    /// PostgreSQL read the packages and flaws of the whole fleet for the sake of one image.
    static func statements(of packages: [Int]) -> [KeptStatement] {
        [heldPackages, knownFlaws, matches].map { KeptStatement($0, [.intArray(packages)]) }
    }

    /// Of each package, also of one without a match.
    static func read(_ answers: inout PostgresAnswers, version: Int) throws -> [PackageMatches] {
        let held = try answers.next()
        let flaws = try self.flaws(answers.next())
        let rows = try matches(answers.next())
        return try held.map { row in
            let number = try row.int(0)
            let columns = try PackageColumns(row, from: 3)
            let matches = try (rows[number] ?? []).compactMap { row -> (Int, FindingRecord)? in
                let flaw = try row.int(1)
                return try flaws[flaw].map { (flaw, try $0.record(row, columns)) }
            }
            return PackageMatches(
                key: Key(version: version, package: number),
                fingerprint: try row.bytes(2),
                hasOwner: try row.bool(1),
                matches
            )
        }
    }

    private struct KnownFlaw {
        let name: String
        let aliases: [String]
        let vectors: String?

        func record(_ row: PostgresRow, _ columns: PackageColumns) throws -> FindingRecord {
            FindingRecord(
                id: name,
                aliases: aliases,
                severity: Severity(rawValue: try row.string(2)) ?? .unknown,
                fixedVersions: try row.strings(3),
                willNotFix: try row.string(4) == FixState.wontFix.rawValue,
                provider: try row.string(5),
                cvssVectors: vectors,
                package: columns.package,
                distro: columns.distro,
                detectedAt: try row.int(6),
                fixedFrom: try row.int(7)
            )
        }
    }

    private static func matches(_ rows: PostgresRows) throws -> [Int: [PostgresRow]] {
        var matches: [Int: [PostgresRow]] = [:]
        for row in rows { matches[try row.int(0), default: []].append(row) }
        return matches
    }

    private static func flaws(_ rows: PostgresRows) throws -> [Int: KnownFlaw] {
        var known: [Int: KnownFlaw] = [:]
        known.reserveCapacity(rows.count)
        for row in rows {
            known[try row.int(0)] = KnownFlaw(
                name: try row.string(1),
                aliases: try row.strings(2),
                vectors: try row.optionalString(3)
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
        """

    private static let knownFlaws = """
        SELECT id, name, aliases, cvss_vector FROM vulnerabilities
        WHERE id = ANY(ARRAY(SELECT DISTINCT vulnerability_id FROM package_vulnerabilities
            WHERE package_id = ANY($1::bigint[]) AND found_until IS NULL))
        """
}

/// One of the open matches of a package.
package struct SharedFinding: Sendable {
    package let matches: PackageMatches
    /// In ``PackageMatches/records``.
    package let place: Int

    var flaw: Int { matches.flaws[place] }
}

extension PackageMatches {
    /// The matches of packages by the flaws' names, then by the packages.
    ///
    /// Records are not looked at: copying one takes longer than all else that a comparison does.
    static func ordered(_ packages: [PackageMatches]) -> [SharedFinding] {
        var matches: [(name: String, package: Int, place: Int)] = []
        matches.reserveCapacity(packages.reduce(0) { $0 + $1.names.count })
        let packages = packages.sorted(by: isBefore)
        for (number, package) in packages.enumerated() {
            for (place, name) in package.names.enumerated() { matches.append((name, number, place)) }
        }
        matches.sort { $0.name == $1.name ? $0.package < $1.package : $0.name < $1.name }
        return matches.map { SharedFinding(matches: packages[$0.package], place: $0.place) }
    }

    private static func isBefore(_ left: PackageMatches, _ right: PackageMatches) -> Bool {
        guard let one = left.records.first?.package, let other = right.records.first?.package else {
            return left.records.count < right.records.count
        }
        for (a, b) in [(one.type.rawValue, other.type.rawValue), (one.name, other.name), (one.version, other.version)]
        where a != b {
            return a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        return left.fingerprint.lexicographicallyPrecedes(right.fingerprint)
    }
}
