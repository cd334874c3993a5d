package import Advisories
package import ScanModel

/// One flaw in one package: everything that the advisories say about it, joined into one row.
package struct Finding: Sendable, Codable, Equatable {
    /// The CVE where there is one, else the first of the identifiers.
    package var id: String
    /// The other identifiers, sorted: GHSA, GO, PYSEC, and the distribution's bulletins.
    package var aliases: [String]
    /// The distribution's rating where it has one, else that of the advisories that matched, else that of the CVE's own
    /// vectors.
    package var severity: Severity
    package var cvss: [CVSSVector]
    /// EPSS probability, 0 to 1.
    package var epss: Double?
    /// EPSS percentile, 0 to 1.
    package var epssPercentile: Double?
    package var kev: KEVEntry?
    /// CISA's decision points, where it has assessed the flaw.
    package var ssvc: SSVC?
    /// RFC 3339; the earliest.
    package var published: String?
    package var summary: String
    package var urls: [String]
    /// The provider whose range matched; the first by name where several did.
    package var provider: String
    package var fixState: FixState
    /// Versions that end the flaw, sorted, without duplicates; empty unless `fixState` is `fixed`.
    package var fixedVersions: [String]
    /// Each range that held, by provider and record.
    package var evidence: [MatchEvidence]

    package init(
        id: String,
        aliases: [String],
        severity: Severity,
        cvss: [CVSSVector],
        epss: Double?,
        epssPercentile: Double?,
        kev: KEVEntry?,
        ssvc: SSVC? = nil,
        published: String?,
        summary: String,
        urls: [String],
        provider: String,
        fixState: FixState,
        fixedVersions: [String],
        evidence: [MatchEvidence] = []
    ) {
        self.id = id
        self.aliases = aliases
        self.severity = severity
        self.cvss = cvss
        self.epss = epss
        self.epssPercentile = epssPercentile
        self.kev = kev
        self.ssvc = ssvc
        self.published = published
        self.summary = summary
        self.urls = urls
        self.provider = provider
        self.fixState = fixState
        self.fixedVersions = fixedVersions
        self.evidence = evidence
    }
}
