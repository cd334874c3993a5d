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
    /// The finding, but for what depends on the range that a package falls into.
    let finding: Finding

    /// `nil` for a flaw without a name.
    init?(_ names: [String], of record: AdvisoryRecord, ranks: [String: Int], background: FlawBackground) {
        let numbers = names.compactMap { ranks[$0] }
        guard !numbers.isEmpty, let id = names.min(by: VulnerabilityID.precedes) else { return nil }
        self.names = names
        self.ranks = numbers
        let aliases = Set(names + [record.id]).subtracting([id]).sorted()
        let known = background.of(id, aliases: aliases.filter(names.contains))
        let urls = FindingJoin.unique(record.urls)

        finding = Finding(
            id: id,
            aliases: aliases,
            severity: record.severity == .unknown ? known.cve.severity : record.severity,
            cvss: FindingJoin.sorted(record.cvss + known.cve.cvss),
            epss: known.score?.score,
            epssPercentile: known.score?.percentile,
            kev: known.kev,
            ssvc: known.cve.ssvc,
            published: record.published ?? known.cve.published,
            summary: record.summary.isEmpty ? known.cve.summary : record.summary,
            urls: urls.isEmpty ? known.cve.urls : urls,
            provider: record.provider,
            fixState: .unknown,
            fixedVersions: []
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
    var finding: Finding {
        var finding = flaw.finding
        if let severity = match.range.severity, severity != .unknown { finding.severity = severity }
        finding.fixState = match.range.fixState
        if finding.fixState == .fixed, let fixed = match.range.fixed { finding.fixedVersions = [fixed] }
        finding.evidence = [MatchEvidence(known.record, match)]
        return finding
    }
}
