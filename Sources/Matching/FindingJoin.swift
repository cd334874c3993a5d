import Advisories
import ScanModel
import Versions

/// Joins what several advisories say about one flaw in one package into one row.
///
/// Made once for all packages of a pass: names become numbers in the order of preference, and what a record says of a flaw
/// whatever the package is worked out once.
struct FindingJoin: Sendable {
    private let records: [Int64: KnownRecord]
    private let background: FlawBackground
    private let withEvidence: Bool

    /// The statements to draw on: the records by the store's number, all others by CVE.
    ///
    /// Findings have no evidence where `withEvidence` is `false`.
    init(
        records: [Int64: AdvisoryRecord],
        epss: [String: EPSSScore],
        kev: [String: KEVEntry],
        enrichments: [String: [CVEEnrichment]] = [:],
        withEvidence: Bool = true
    ) {
        let background = FlawBackground(epss: epss, kev: kev, enrichments: enrichments)
        let names = Set(records.values.flatMap { [$0.id] + $0.aliases + $0.covers })
        let ranks = Dictionary(
            uniqueKeysWithValues: VulnerabilityID.sorted(names).enumerated().map {
                ($0.element, $0.offset)
            }
        )
        self.background = background
        self.withEvidence = withEvidence
        let known = Array(records).parallelMap { number, record in
            (number, KnownRecord(record, ranks: ranks, background: background))
        }
        self.records = Dictionary(uniqueKeysWithValues: known)
    }

    /// The CVEs that scores and entries are wanted for.
    static func cves(of records: some Sequence<AdvisoryRecord>) -> Set<String> {
        var cves: Set<String> = []
        for record in records {
            for name in [record.id] + record.aliases + record.covers where name.hasPrefix("CVE-") { cves.insert(name) }
        }
        return cves
    }

    /// The findings of one package, by identifier; matches whose record is unknown or withdrawn are left out, and so are
    /// flaws that the owner's distribution answers for.
    func findings(_ matches: [Match], precedence: OwnerPrecedence = .none) -> [Finding] {
        var statements: [FlawStatement] = []
        var groups = AliasGroups()
        for match in matches {
            guard let known = records[match.record], !known.record.isWithdrawn else { continue }
            for flaw in known.flaws {
                groups.join(flaw.ranks)
                statements.append(FlawStatement(known: known, flaw: flaw, match: match))
            }
        }
        guard statements.count > 1 else {
            return statements.filter { !precedence.outranks($0.flaw.names) }
                .map { $0.finding(withEvidence: withEvidence) }
        }
        // The best name of a group is its root, so that roots in their order are findings in theirs.
        let order = statements.indices.map { (root: groups.root(of: statements[$0].flaw.ranks[0]), index: $0) }
            .sorted { $0 < $1 }
        var findings: [Finding] = []
        findings.reserveCapacity(order.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, order[end].root == order[start].root { end += 1 }
            let group = order[start..<end].map { statements[$0.index] }
            if !precedence.outranks(group.lazy.flatMap(\.flaw.names)), let finding = finding(group) {
                findings.append(finding)
            }
            start = end
        }
        return findings
    }

    private func finding(_ unordered: [FlawStatement]) -> Finding? {
        // Most flaws have one statement, which says it all.
        guard unordered.count > 1 else { return unordered.first?.finding(withEvidence: withEvidence) }
        let statements = unordered.sorted { left, right in
            (left.record.provider, left.record.id, left.match.record)
                < (right.record.provider, right.record.id, right.match.record)
        }
        let names = Set(statements.flatMap(\.flaw.names))
        guard let first = statements.first, let id = names.min(by: VulnerabilityID.precedes) else { return nil }
        let aliases = names.union(statements.map(\.record.id)).subtracting([id]).sorted()
        let known = background.of(id, aliases: aliases.filter(names.contains))
        let own = statements.compactMap(\.match.range.severity).filter { $0 != .unknown }.max()
        let state = Self.state(statements.map(\.match.range.fixState))
        let stated = own ?? statements.map(\.record.severity).max() ?? .unknown
        let urls = Self.unique(statements.flatMap(\.record.urls))
        let account = FlawAccount(
            id: id,
            aliases: aliases,
            cvss: Self.sorted(statements.flatMap(\.record.cvss) + known.cve.cvss),
            score: known.score,
            kev: known.kev,
            ssvc: known.cve.ssvc,
            published: statements.compactMap(\.record.published).min() ?? known.cve.published,
            summary: statements.lazy.map(\.record.summary).first { !$0.isEmpty } ?? known.cve.summary,
            urls: urls.isEmpty ? known.cve.urls : urls
        )
        return Finding(
            account,
            severity: stated == .unknown ? known.cve.severity : stated,
            provider: first.record.provider,
            fixState: state,
            fixedVersions: state == .fixed ? Self.fixedVersions(statements.map(\.match.range)) : [],
            evidence: withEvidence ? Self.unique(statements.map { MatchEvidence($0.record, $0.match) }) : []
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
    static func sorted(_ vectors: [CVSSVector]) -> [CVSSVector] {
        guard vectors.count > 1 else { return vectors }
        return Set(vectors).sorted { left, right in
            left.version == right.version ? left.vector < right.vector : left.version > right.version
        }
    }

    static func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        guard values.count > 1 else { return values }
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}
