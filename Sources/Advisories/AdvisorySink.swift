/// Where an import goes: a local file or the fleet's database.
///
/// The import first asks what is known. It then calls `begin`, any number of batches, and `finish` or `abandon`, once
/// for each provider that it reads, one provider after the other, and `conclude` at the end. What a provider had before
/// is replaced as a whole by `finish`, and kept by `abandon`. An error from any call, or from the import, must leave the
/// store as it was.
package protocol AdvisorySink {
    /// What the store holds of `provider`; `nil` where it holds nothing.
    func known(provider: String) throws -> ProviderImport?
    /// What earlier imports made of their files.
    func receipts() throws -> [FeedReceipt]
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
    /// Drops what came since `begin`: the provider keeps what it had.
    mutating func abandon() throws
    /// Ends the import: keeps the receipts, adds the problems, and forgets those that are settled.
    mutating func conclude(_ outcome: ImportOutcome) throws
}

/// What is to be remembered of an import beside its records.
package struct ImportOutcome: Sendable {
    /// By name; each replaces what was known of the file of that name.
    package var receipts: [FeedReceipt] = []
    package var problems: [FeedProblem] = []
    /// Subjects that had a problem once, if ever, and have none now.
    package var settled: Set<String> = []

    package init() {}
}

/// Why a feed, a file or a provider is not as new as it could be.
package struct FeedProblem: Sendable, Codable, Equatable {
    /// The provider, `feed NAME` for what could not be fetched, or the name of a file.
    package var subject: String
    /// For an operator.
    package var reason: String

    package init(subject: String, reason: String) {
        self.subject = subject
        self.reason = reason
    }
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
    /// The publisher's own date or version of the data, in an order that text compares; `nil` where it states none.
    package var date: String?
    /// `sha256:…` over the files that it was read from; the same again need not be read.
    package var inputs: String

    package init(
        provider: String,
        build: String,
        records: Int,
        skipped: Int,
        problems: [String],
        date: String? = nil,
        inputs: String = ""
    ) {
        self.provider = provider
        self.build = build
        self.records = records
        self.skipped = skipped
        self.problems = problems
        self.date = date
        self.inputs = inputs
    }
}

/// What an import of several paths brought.
package struct ImportReport: Sendable, Codable, Equatable {
    /// What is in force now of those that were found, sorted by provider.
    package var providers: [ProviderImport]
    /// Those among `providers` whose files were read before and have not changed since.
    package var unchanged: Set<String>
    /// Providers and files that brought nothing, whose older content stays, each with the reason.
    package var problems: [FeedProblem]
    /// Files that are no feed we read, each with the reason.
    package var skippedFiles: [String]
    /// Files that come beside feeds and say nothing about vulnerabilities, each with what it is.
    package var ignoredFiles: [String]

    package init(
        providers: [ProviderImport],
        unchanged: Set<String> = [],
        problems: [FeedProblem] = [],
        skippedFiles: [String],
        ignoredFiles: [String] = []
    ) {
        self.providers = providers
        self.unchanged = unchanged
        self.problems = problems
        self.skippedFiles = skippedFiles
        self.ignoredFiles = ignoredFiles
    }
}
