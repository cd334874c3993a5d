package import ScanModel

/// One published statement about a flaw (or, for a distribution's bulletin, about several), in the form that every
/// feed is brought into.
///
/// An identifier is not unique within a provider: the Debian tracker speaks about a CVE once for each source package,
/// and AlmaLinux publishes one bulletin for each release under one identifier. A store keeps every record.
package struct AdvisoryRecord: Sendable, Codable, Equatable {
    /// The publisher's identifier: `CVE-2024-1234`, `GHSA-…`, `GO-…`, `PYSEC-…`, `ALSA-…`.
    package var id: String
    /// Whose statement it is, as `status` lists them: `debian`, `go`, `pypi`, `almalinux`.
    package var provider: String
    /// Other names of the *same* flaw, sorted, without duplicates.
    package var aliases: [String]
    /// The different flaws, as sorted CVEs, that a bulletin fixes together; empty for a statement about one flaw.
    package var covers: [String]
    /// The publisher's rating, else the rating of the highest base score.
    package var severity: Severity
    package var cvss: [CVSSVector]
    /// RFC 3339; `nil` where unknown.
    package var published: String?
    /// RFC 3339; `nil` where unknown.
    package var modified: String?
    /// RFC 3339; a withdrawn record is kept, so that it can be looked up, and never matches.
    package var withdrawn: String?
    /// At most `AdvisoryLimits.maxSummaryBytes`.
    package var summary: String
    /// At most `AdvisoryLimits.maxURLs`.
    package var urls: [String]
    package var affected: [AffectedRange]

    package init(
        id: String,
        provider: String,
        aliases: [String] = [],
        covers: [String] = [],
        severity: Severity = .unknown,
        cvss: [CVSSVector] = [],
        published: String? = nil,
        modified: String? = nil,
        withdrawn: String? = nil,
        summary: String = "",
        urls: [String] = [],
        affected: [AffectedRange] = []
    ) {
        self.id = id
        self.provider = provider
        self.aliases = aliases
        self.covers = covers
        self.severity = severity
        self.cvss = cvss
        self.published = published
        self.modified = modified
        self.withdrawn = withdrawn
        self.summary = summary
        self.urls = urls
        self.affected = affected
    }

    /// Whether the publisher took it back.
    package var isWithdrawn: Bool { withdrawn != nil }
}

/// A CVSS vector with its base score.
package struct CVSSVector: Sendable, Codable, Hashable {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    package var version: String
    package var vector: String
    /// 0.0 to 10.0.
    package var score: Double

    package init(version: String, vector: String, score: Double) {
        self.version = version
        self.vector = vector
        self.score = score
    }
}
