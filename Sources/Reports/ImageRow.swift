/// What became of an image in a run: every image found ends in exactly one of the first five.
package enum ImageOutcome: String, Sendable, Codable, CaseIterable {
    case analysed, reused, unsupported, failed, gone
    /// Known from before, and not looked at: its repository could not be listed.
    case stale

    /// Whether the report holds this image's packages.
    package var isCovered: Bool { self == .analysed || self == .reused }

    /// What a run found and could not look into.
    package static let uncovered: [ImageOutcome] = [.failed, .gone, .unsupported]
}

/// One image of the fleet: a tag, where it points, and what was found there.
package struct ImageRow: Hashable, Sendable, Codable {
    package var registry: String
    package var repository: String
    /// The tag; empty for an image known by digest alone.
    package var tag: String
    /// The manifest that the report is about, `sha256:…`; empty when it was never resolved.
    package var digest: String
    /// `os/arch` or `os/arch/variant`; empty when unknown.
    package var platform: String
    /// `debian-12`, or empty for an image without a distribution.
    package var distro: String
    package var state: ImageOutcome
    /// Why the image is in that state; empty where the state says it all.
    package var reason: String
    /// Distinct packages.
    package var packages: Int
    /// Open findings, by severity.
    package var severities: SeverityCounts
    /// Findings that a published version fixes.
    package var fixable: Int
    /// Findings that are known to be exploited (CISA KEV).
    package var kev: Int
    /// Places in the image that could not be looked into.
    package var coverageGaps: Int
    /// Findings that are suppressed, which count nowhere else here.
    package var suppressed: Int
    /// The day (UTC) on which a stale image was last seen, `YYYY-MM-DD`; absent for all others.
    ///
    /// Its packages are as of then, its findings are what the present advisories say of them.
    package var lastSeen: String?

    package init(
        registry: String,
        repository: String,
        tag: String,
        digest: String,
        platform: String = "",
        distro: String = "",
        state: ImageOutcome,
        reason: String = "",
        packages: Int = 0,
        severities: SeverityCounts = SeverityCounts(),
        fixable: Int = 0,
        kev: Int = 0,
        coverageGaps: Int = 0,
        suppressed: Int = 0,
        lastSeen: String? = nil
    ) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
        self.platform = platform
        self.distro = distro
        self.state = state
        self.reason = reason
        self.packages = packages
        self.severities = severities
        self.fixable = fixable
        self.kev = kev
        self.coverageGaps = coverageGaps
        self.suppressed = suppressed
        self.lastSeen = lastSeen
    }

    /// `registry/repository:tag`, or `…@digest` where there is no tag.
    package var reference: String {
        let name = registry.isEmpty ? repository : "\(registry)/\(repository)"
        if !tag.isEmpty { return "\(name):\(tag)" }
        return digest.isEmpty ? name : "\(name)@\(digest)"
    }
}
