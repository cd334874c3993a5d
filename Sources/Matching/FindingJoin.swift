package import Advisories
import ScanModel
import Versions

/// Joins what several advisories say about one flaw in one package into one row.
package struct FindingJoin: Sendable {
    private let records: [Int64: KnownRecord]
    private let epss: [String: EPSSScore]
    private let kev: [String: KEVEntry]
    private let enrichments: [String: [CVEEnrichment]]

    /// The statements to draw on: the records by the store's number, all others by CVE.
    package init(
        records: [Int64: AdvisoryRecord],
        epss: [String: EPSSScore],
        kev: [String: KEVEntry],
        enrichments: [String: [CVEEnrichment]] = [:]
    ) {
        self.records = records.mapValues(KnownRecord.init)
        self.epss = epss
        self.kev = kev
        self.enrichments = enrichments
    }

    /// The CVEs that scores and entries are wanted for.
    package static func cves(of records: some Sequence<AdvisoryRecord>) -> Set<String> {
        var cves: Set<String> = []
        for record in records {
            for name in [record.id] + record.aliases + record.covers where name.hasPrefix("CVE-") { cves.insert(name) }
        }
        return cves
    }

    /// A record, shared by the many statements that are made of it.
    private final class KnownRecord: Sendable {
        let record: AdvisoryRecord
        /// The names of each flaw that it is about.
        let flaws: [[String]]

        init(_ record: AdvisoryRecord) {
            self.record = record
            flaws = record.covers.isEmpty ? [[record.id] + record.aliases] : record.covers.map { [$0] }
        }
    }

    /// One flaw as one record states it.
    private struct Statement {
        /// Names of this one flaw.
        let names: [String]
        let known: KnownRecord
        /// The package's matches, and which of them it is: a copy of each would cost more than all the rest.
        let matches: [Match]
        let index: Int

        var record: AdvisoryRecord { known.record }
        var match: Match { matches[index] }
    }

    /// The findings of one package, by identifier; matches whose record is unknown or withdrawn are left out, and so are
    /// flaws that the owner's distribution answers for.
    package func findings(_ matches: [Match], precedence: OwnerPrecedence = .none) -> [Finding] {
        var statements: [Statement] = []
        for (index, match) in matches.enumerated() {
            guard let known = records[match.record], !known.record.isWithdrawn else { continue }
            for names in known.flaws {
                statements.append(Statement(names: names, known: known, matches: matches, index: index))
            }
        }
        var groups = AliasGroups()
        for statement in statements { groups.join(statement.names) }
        var byRoot: [String: [Statement]] = [:]
        for statement in statements {
            guard let name = statement.names.first else { continue }
            byRoot[groups.root(of: name), default: []].append(statement)
        }
        return byRoot.values
            .filter { !precedence.outranks(Set($0.flatMap(\.names))) }
            .compactMap(finding)
            .sorted { VulnerabilityID.precedes($0.id, $1.id) }
    }

    private func finding(_ unordered: [Statement]) -> Finding? {
        // Most flaws have one statement, which needs no order.
        let statements =
            unordered.count == 1
            ? unordered
            : unordered.sorted { left, right in
                (left.record.provider, left.record.id, left.match.record)
                    < (right.record.provider, right.record.id, right.match.record)
            }
        let names = Set(statements.flatMap(\.names))
        guard let first = statements.first, let id = names.min(by: VulnerabilityID.precedes) else { return nil }
        let aliases = names.union(statements.map(\.record.id)).subtracting([id])
        let cves = ([id] + aliases.sorted()).filter { $0.hasPrefix("CVE-") && names.contains($0) }
        let score = cves.compactMap { epss[$0] }.max { $0.score < $1.score }
        let own = statements.compactMap(\.match.range.severity).filter { $0 != .unknown }.max()
        let state = Self.state(statements.map(\.match.range.fixState))
        let background = CVEBackground(cves.flatMap { enrichments[$0] ?? [] })
        let stated = own ?? statements.map(\.record.severity).max() ?? .unknown
        let urls = Self.unique(statements.flatMap(\.record.urls))
        return Finding(
            id: id,
            aliases: aliases.sorted(),
            severity: stated == .unknown ? background.severity : stated,
            cvss: Self.sorted(statements.flatMap(\.record.cvss) + background.cvss),
            epss: score?.score,
            epssPercentile: score?.percentile,
            kev: cves.lazy.compactMap { kev[$0] }.first ?? background.knownExploited,
            ssvc: background.ssvc,
            published: statements.compactMap(\.record.published).min() ?? background.published,
            summary: statements.lazy.map(\.record.summary).first { !$0.isEmpty } ?? background.summary,
            urls: urls.isEmpty ? background.urls : urls,
            provider: first.record.provider,
            fixState: state,
            fixedVersions: state == .fixed ? Self.fixedVersions(statements.map(\.match.range)) : [],
            evidence: Self.unique(statements.map { MatchEvidence($0.record, $0.match) })
        )
    }

    /// A fix from anyone is a fix; otherwise the most decided statement counts.
    private static func state(_ states: [FixState]) -> FixState {
        let order: [FixState] = [.fixed, .wontFix, .notFixed]
        return order.first { states.contains($0) } ?? .unknown
    }

    private static func fixedVersions(_ ranges: [AffectedRange]) -> [String] {
        let fixes = ranges.compactMap { range in range.fixed.map { ($0, ParsedVersion($0, scheme: range.scheme)) } }
        let sorted = fixes.sorted { left, right in
            switch left.1.compare(to: right.1) {
            case .less: true
            case .greater: false
            default: left.0 < right.0
            }
        }
        return unique(sorted.map(\.0))
    }

    /// The newest version of CVSS first, each vector once.
    private static func sorted(_ vectors: [CVSSVector]) -> [CVSSVector] {
        guard vectors.count > 1 else { return vectors }
        return Set(vectors).sorted { left, right in
            left.version == right.version ? left.vector < right.vector : left.version > right.version
        }
    }

    private static func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        guard values.count > 1 else { return values }
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}
