package import Advisories
package import ScanModel

/// One flaw in one package: everything that the advisories say about it, joined into one row.
package struct Finding: Sendable, Equatable {
    /// The CVE where there is one, else the first of the identifiers.
    package let id: String
    /// The distribution's rating where it has one, else that of the advisories that matched, else that of the CVE's own
    /// vectors.
    package let severity: Severity
    /// The provider whose range matched; the first by name where several did.
    package let provider: String
    package let fixState: FixState
    /// Versions that end the flaw, sorted, without duplicates; empty unless `fixState` is `fixed`.
    package let fixedVersions: [String]
    /// Each range that held, by provider and record; empty where nobody asked for it.
    package let evidence: [MatchEvidence]
    private let account: FlawAccount

    init(
        _ account: FlawAccount,
        severity: Severity,
        provider: String,
        fixState: FixState,
        fixedVersions: [String],
        evidence: [MatchEvidence]
    ) {
        id = account.id
        self.severity = severity
        self.provider = provider
        self.fixState = fixState
        self.fixedVersions = fixedVersions
        self.evidence = evidence
        self.account = account
    }

    /// The other identifiers, sorted: GHSA, GO, PYSEC, and the distribution's bulletins.
    package var aliases: [String] { account.aliases }
    package var cvss: [CVSSVector] { account.cvss }
    /// EPSS probability, 0 to 1.
    package var epss: Double? { account.score?.score }
    /// EPSS percentile, 0 to 1.
    package var epssPercentile: Double? { account.score?.percentile }
    package var kev: KEVEntry? { account.kev }
    /// CISA's decision points, where it has assessed the flaw.
    package var ssvc: SSVC? { account.ssvc }
    /// RFC 3339; the earliest.
    package var published: String? { account.published }
    package var summary: String { account.summary }
    package var urls: [String] { account.urls }

    /// The same in all findings that say the same of the flaw because they have it from the same record, as most have.
    package var accountID: ObjectIdentifier { ObjectIdentifier(account) }
}

/// What the findings of a flaw say whatever the package; shared by them, and copied for none.
final class FlawAccount: Sendable, Equatable {
    let id: String
    let aliases: [String]
    let cvss: [CVSSVector]
    let score: EPSSScore?
    let kev: KEVEntry?
    let ssvc: SSVC?
    let published: String?
    let summary: String
    let urls: [String]

    init(
        id: String,
        aliases: [String],
        cvss: [CVSSVector],
        score: EPSSScore?,
        kev: KEVEntry?,
        ssvc: SSVC?,
        published: String?,
        summary: String,
        urls: [String]
    ) {
        self.id = id
        self.aliases = aliases
        self.cvss = cvss
        self.score = score
        self.kev = kev
        self.ssvc = ssvc
        self.published = published
        self.summary = summary
        self.urls = urls
    }

    static func == (left: FlawAccount, right: FlawAccount) -> Bool {
        left === right
            || left.id == right.id && left.aliases == right.aliases && left.cvss == right.cvss
                && left.score == right.score && left.kev == right.kev && left.ssvc == right.ssvc
                && left.published == right.published && left.summary == right.summary && left.urls == right.urls
    }
}
