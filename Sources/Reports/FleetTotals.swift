/// The fleet in figures.
package struct FleetTotals: Hashable, Sendable, Codable {
    /// Images found, gone or stale: each is counted in one of the next five.
    package var images: Int
    /// Images whose packages are known (analysed or reused).
    package var covered: Int
    package var unsupported: Int
    package var failed: Int
    package var gone: Int
    /// Images of repositories that could not be listed.
    ///
    /// What was last seen of them counts in the figures of layers, packages and findings, as do the last good results of
    /// those that failed.
    package var stale: Int
    package var distinctLayers: Int
    package var distinctPackages: Int
    /// Distinct vulnerability identifiers with an open finding.
    package var vulnerabilities: Int
    /// Vulnerability, package version and image, counted each where open.
    package var findings: Int
    /// Findings, by severity.
    package var bySeverity: SeverityCounts
    /// Findings that a published version fixes.
    package var fixable: Int
    /// Findings that are known to be exploited (CISA KEV).
    package var kev: Int
    /// Findings that are suppressed, which count nowhere else here.
    package var suppressed: Int

    package init(
        images: Int = 0,
        covered: Int = 0,
        unsupported: Int = 0,
        failed: Int = 0,
        gone: Int = 0,
        stale: Int = 0,
        distinctLayers: Int = 0,
        distinctPackages: Int = 0,
        vulnerabilities: Int = 0,
        findings: Int = 0,
        bySeverity: SeverityCounts = SeverityCounts(),
        fixable: Int = 0,
        kev: Int = 0,
        suppressed: Int = 0
    ) {
        self.images = images
        self.covered = covered
        self.unsupported = unsupported
        self.failed = failed
        self.gone = gone
        self.stale = stale
        self.distinctLayers = distinctLayers
        self.distinctPackages = distinctPackages
        self.vulnerabilities = vulnerabilities
        self.findings = findings
        self.bySeverity = bySeverity
        self.fixable = fixable
        self.kev = kev
        self.suppressed = suppressed
    }
}

/// The build of one provider's advisories that the matches come from.
package struct ProviderBuild: Hashable, Sendable, Codable {
    package var provider: String
    /// The provider's own name for the build: a date, a version, a digest.
    package var build: String
    package var records: Int
    /// Why the last attempt to renew it brought nothing; `nil` where it did.
    package var problem: String?

    package init(
        provider: String,
        build: String,
        records: Int = 0,
        problem: String? = nil
    ) {
        self.provider = provider
        self.build = build
        self.records = records
        self.problem = problem
    }
}
