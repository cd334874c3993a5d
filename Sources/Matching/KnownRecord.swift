import Advisories
import ScanModel

/// A record, shared by the many statements that are made of it.
final class KnownRecord: Sendable {
    let record: AdvisoryRecord
    /// Each flaw that it is about.
    let flaws: [KnownFlaw]

    /// `ranks` numbers all names in the order in which they are preferred.
    init(_ record: AdvisoryRecord, ranks: [String: Int], background: FlawBackground) {
        self.record = record
        let names = record.covers.isEmpty ? [[record.id] + record.aliases] : record.covers.map { [$0] }
        flaws = names.compactMap { KnownFlaw($0, of: record, ranks: ranks, background: background) }
    }
}

/// A flaw as one record knows it, whatever the package.
final class KnownFlaw: Sendable {
    let names: [String]
    /// The names' numbers in the order of preference; never empty.
    let ranks: [Int]
    /// What the record says of it whatever range a package falls into, and its rating where the range has none.
    let account: FlawAccount
    let severity: Severity

    /// `nil` for a flaw without a name.
    init?(_ names: [String], of record: AdvisoryRecord, ranks: [String: Int], background: FlawBackground) {
        let numbers = names.compactMap { ranks[$0] }
        guard !numbers.isEmpty, let id = names.min(by: VulnerabilityID.precedes) else { return nil }
        self.names = names
        self.ranks = numbers
        let aliases = Set(names + [record.id]).subtracting([id]).sorted()
        let known = background.of(id, aliases: aliases.filter(names.contains))
        let urls = FindingJoin.unique(record.urls)

        severity = record.severity == .unknown ? known.cve.severity : record.severity
        account = FlawAccount(
            id: id,
            aliases: aliases,
            cvss: FindingJoin.sorted(record.cvss + known.cve.cvss),
            score: known.score,
            kev: known.kev,
            ssvc: known.cve.ssvc,
            published: record.published ?? known.cve.published,
            summary: record.summary.isEmpty ? known.cve.summary : record.summary,
            urls: urls.isEmpty ? known.cve.urls : urls
        )
    }
}

/// One flaw as one record states it of one package.
struct FlawStatement {
    let known: KnownRecord
    let flaw: KnownFlaw
    let match: Match

    var record: AdvisoryRecord { known.record }

    /// The finding where nobody else says anything of the flaw.
    func finding(withEvidence: Bool) -> Finding {
        let own = match.range.severity ?? .unknown
        let state = match.range.fixState
        return Finding(
            flaw.account,
            severity: own == .unknown ? flaw.severity : own,
            provider: known.record.provider,
            fixState: state,
            fixedVersions: state == .fixed ? match.range.fixed.map { [$0] } ?? [] : [],
            evidence: withEvidence ? [MatchEvidence(known.record, match)] : []
        )
    }
}
