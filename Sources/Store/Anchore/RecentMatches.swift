import AnchoreAPI
import Matching
import Postgres
import ScanModel

/// The matches of packages, and the flaws in them, that were read last.
package struct RecentMatches: Sendable {
    let matches: RecentValues<PackageMatches.Key, PackageMatches>
    let flaws: RecentValues<KnownFlaw.Key, KnownFlaw>

    /// Keeps up to as many matches, twice, and as many flaws.
    package init(maxCount: Int) {
        matches = RecentValues(maxWeight: maxCount)
        flaws = RecentValues(maxWeight: maxCount)
    }
}

/// What is the same of a flaw in whatever package it is; a reference, as the matches of many packages have it.
final class KnownFlaw: Sendable {
    /// Names what was read, as ``PackageMatches/Key`` does.
    struct Key: Hashable, Sendable {
        let version: Int
        let flaw: Int
    }

    let number: Int
    let name: String
    private let aliases: [String]
    private let vectors: String?

    /// From a row of ``statement``.
    private init(_ row: PostgresRow) throws {
        number = try row.int(0)
        name = try row.string(1)
        aliases = try row.strings(2)
        vectors = try row.optionalString(3)
    }

    /// Flaws by their numbers; those that are not at hand are read.
    static func read(
        _ numbers: [Int],
        version: Int,
        _ atHand: RecentMatches,
        _ session: PostgresSession
    ) throws -> [Int: KnownFlaw] {
        var flaws: [Int: KnownFlaw] = [:]
        flaws.reserveCapacity(numbers.count)
        var unread: [Int] = []
        let known = atHand.flaws.known(numbers.map { Key(version: version, flaw: $0) })
        for (number, flaw) in zip(numbers, known) {
            if let flaw { flaws[number] = flaw } else { unread.append(number) }
        }
        guard !unread.isEmpty else { return flaws }
        var read: [(key: Key, value: KnownFlaw, weight: Int)] = []
        read.reserveCapacity(unread.count)
        for row in try session.executeKept(statement, [.intArray(unread)]) {
            let flaw = try KnownFlaw(row)
            flaws[flaw.number] = flaw
            read.append((Key(version: version, flaw: flaw.number), flaw, 1))
        }
        atHand.flaws.keep(read)
        return flaws
    }

    /// A match of the flaw, from a row of `package_vulnerabilities` as ``PackageMatches`` reads them.
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

    private static let statement =
        "SELECT id, name, aliases, cvss_vector FROM vulnerabilities WHERE id = ANY($1::bigint[])"
}
