/// Where an import goes: a local file or the fleet's database.
///
/// The import calls `begin`, then any number of batches, then `finish`, once for each provider, one provider after the
/// other. What a provider had before is replaced as a whole when everything has been finished; an error from any call,
/// or from the import, must leave the store as it was.
package protocol AdvisorySink {
    /// Starts replacing what `provider` said before.
    mutating func begin(provider: String) throws
    /// Adds records; identifiers may come more than once.
    mutating func append(_ records: [AdvisoryRecord]) throws
    mutating func append(epss scores: [EPSSScore]) throws
    mutating func append(kev entries: [KEVEntry]) throws
    /// Adds what a publisher says about CVEs; of several about one CVE the newest counts, the later one where they are
    /// of one age.
    mutating func append(enrichments: [CVEEnrichment]) throws
    mutating func append(support statements: [SupportStatement]) throws
    /// Ends the provider; `summary.build` is the same whenever the content is the same, whatever its order.
    mutating func finish(_ summary: ProviderImport) throws
}

/// What one provider's import brought.
package struct ProviderImport: Sendable, Codable, Equatable {
    package var provider: String
    /// `sha256:…` over the normalised content.
    package var build: String
    /// Advisories, scores or entries.
    package var records: Int
    /// Records that were damaged and left out.
    package var skipped: Int
    /// At most `AdvisoryLimits.maxProblems`, each with the file and what was wrong.
    package var problems: [String]

    package init(provider: String, build: String, records: Int, skipped: Int, problems: [String]) {
        self.provider = provider
        self.build = build
        self.records = records
        self.skipped = skipped
        self.problems = problems
    }
}

/// What an import of several paths brought.
package struct ImportReport: Sendable, Codable, Equatable {
    /// Sorted by provider.
    package var providers: [ProviderImport]
    /// Files that are no feed we read, each with the reason.
    package var skippedFiles: [String]

    package init(providers: [ProviderImport], skippedFiles: [String]) {
        self.providers = providers
        self.skippedFiles = skippedFiles
    }
}
