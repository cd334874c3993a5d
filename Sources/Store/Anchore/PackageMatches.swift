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

    /// `records` are in the order of their flaws' names.
    private init(key: Key, fingerprint: [UInt8], hasOwner: Bool, flaws: [KnownFlaw], records: [FindingRecord]) {
        self.key = key
        self.fingerprint = fingerprint
        self.hasOwner = hasOwner
        self.records = records
        names = flaws.map(\.name)
        self.flaws = flaws.map(\.number)
    }
}

extension PackageMatches {
    /// The questions that ``Rows`` are the answers to.
    ///
    /// Packages and flaws are read by statements of their own: most are in many matches, and a join of all three makes
    /// PostgreSQL read the packages and flaws of the whole fleet for the sake of one image.
    static func statements(of packages: [Int]) -> [KeptStatement] {
        [heldPackages, matches].map { KeptStatement($0, [.intArray(packages)]) }
    }

    /// Packages with their open matches, whose flaws are numbers as yet.
    struct Rows {
        fileprivate let packages: PostgresRows
        /// By the packages' numbers.
        fileprivate let matches: [Int: [PostgresRow]]
        /// The numbers of the flaws, in order.
        fileprivate let flaws: [Int]

        init(_ answers: inout PostgresAnswers) throws {
            packages = try answers.next()
            var matches: [Int: [PostgresRow]] = [:]
            var flaws: Set<Int> = []
            for row in try answers.next() {
                matches[try row.int(0), default: []].append(row)
                flaws.insert(try row.int(1))
            }
            self.matches = matches
            self.flaws = flaws.sorted()
        }
    }

    /// Of each package, also of one without a match; flaws that are not at hand are read.
    static func read(
        _ rows: Rows,
        version: Int,
        _ atHand: RecentMatches,
        _ session: PostgresSession
    ) throws -> [PackageMatches] {
        let flaws = try KnownFlaw.read(rows.flaws, version: version, atHand, session)
        let read = try rows.packages.map { row in
            let number = try row.int(0)
            let columns = try PackageColumns(row, from: 3)
            // Sorted before there are records, whose copies take longer than all else here.
            let matches = try (rows.matches[number] ?? [])
                .compactMap { row -> (flaw: KnownFlaw, row: PostgresRow)? in
                    let number = try row.int(1)
                    return flaws[number].map { ($0, row) }
                }
                .sorted { $0.flaw.name < $1.flaw.name }
            return PackageMatches(
                key: Key(version: version, package: number),
                fingerprint: try row.bytes(2),
                hasOwner: try row.bool(1),
                flaws: matches.map(\.flaw),
                records: try matches.map { try $0.flaw.record($0.row, columns) }
            )
        }
        atHand.matches.keep(read.map { ($0.key, $0, weight: $0.records.count + 1) })
        return read
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
    /// Records are not looked at: copying one takes longer than all else that a comparison does. Nor are names more than once
    /// for each flaw: many packages have the same.
    static func ordered(_ packages: [PackageMatches]) -> [SharedFinding] {
        let packages = packages.sorted(by: isBefore)
        var names: [Int: String] = [:]
        for package in packages {
            for (flaw, name) in zip(package.flaws, package.names) { names[flaw] = name }
        }
        var ranks: [Int: Int] = [:]
        ranks.reserveCapacity(names.count)
        for (rank, flaw) in names.sorted(by: { $0.value < $1.value }).enumerated() { ranks[flaw.key] = rank }
        var matches: [(rank: Int, package: Int, place: Int)] = []
        matches.reserveCapacity(packages.reduce(0) { $0 + $1.flaws.count })
        for (number, package) in packages.enumerated() {
            for (place, flaw) in package.flaws.enumerated() { matches.append((ranks[flaw] ?? 0, number, place)) }
        }
        matches.sort { $0.rank == $1.rank ? $0.package < $1.package : $0.rank < $1.rank }
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
