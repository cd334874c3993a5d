package import ScanModel

/// What a publisher says about a CVE as such, whatever package it is found in: rating, vectors, description, decision
/// points.
package struct CVEEnrichment: Sendable, Codable, Hashable {
    package var cve: String
    /// Whose statement it is: `nvd`, `vulnrichment`.
    package var provider: String
    /// From the vectors, else the publisher's own word.
    package var severity: Severity
    /// Sorted, newest version first.
    package var cvss: [CVSSVector]
    /// RFC 3339; `nil` where unknown.
    package var published: String?
    /// RFC 3339; `nil` where unknown.
    package var modified: String?
    /// At most `AdvisoryLimits.maxSummaryBytes`.
    package var summary: String
    /// At most `AdvisoryLimits.maxURLs`.
    package var urls: [String]
    /// `CWE-121`, sorted, without duplicates.
    package var weaknesses: [String]
    package var ssvc: SSVC?
    /// When CISA's note in the record put it among the exploited ones, `YYYY-MM-DD`; `nil` where there is no such note.
    package var knownExploited: String?
    /// Whether the CVE programme rejected the record: then it is no flaw.
    package var isRejected: Bool

    package init(
        cve: String,
        provider: String,
        severity: Severity = .unknown,
        cvss: [CVSSVector] = [],
        published: String? = nil,
        modified: String? = nil,
        summary: String = "",
        urls: [String] = [],
        weaknesses: [String] = [],
        ssvc: SSVC? = nil,
        knownExploited: String? = nil,
        isRejected: Bool = false
    ) {
        self.cve = cve
        self.provider = provider
        self.severity = severity
        self.cvss = cvss
        self.published = published
        self.modified = modified
        self.summary = summary
        self.urls = urls
        self.weaknesses = weaknesses
        self.ssvc = ssvc
        self.knownExploited = knownExploited
        self.isRejected = isRejected
    }

    /// Whether this one counts, and not `other` of the same provider and CVE that came in before.
    package func replaces(_ other: CVEEnrichment) -> Bool { (modified ?? "") >= (other.modified ?? "") }
}

/// CISA's decision points of a flaw (Stakeholder-Specific Vulnerability Categorization, CISA's tree, version 2.0.3).
package struct SSVC: Sendable, Codable, Hashable {
    /// `none`, `poc` or `active`.
    package var exploitation: String
    /// `yes` or `no`; empty where not stated.
    package var automatable: String
    /// `partial` or `total`; empty where not stated.
    package var technicalImpact: String

    package init(exploitation: String, automatable: String, technicalImpact: String) {
        self.exploitation = exploitation
        self.automatable = automatable
        self.technicalImpact = technicalImpact
    }
}
