import TallymanTesting

@testable import Advisories

/// Keeps everything in memory.
struct CollectingSink: AdvisorySink {
    var records: [String: [AdvisoryRecord]] = [:]
    var scores: [EPSSScore] = []
    var entries: [KEVEntry] = []
    var enrichments: [CVEEnrichment] = []
    var statements: [SupportStatement] = []
    var finished: [ProviderImport] = []
    private(set) var outcome = ImportOutcome()
    private var provider = ""

    func known(provider: String) -> ProviderImport? { finished.last { $0.provider == provider } }
    func receipts() -> [FeedReceipt] { outcome.receipts }

    mutating func begin(provider: String) { self.provider = provider }
    mutating func append(_ records: [AdvisoryRecord]) { self.records[provider, default: []] += records }
    mutating func append(epss scores: [EPSSScore]) { self.scores += scores }
    mutating func append(kev entries: [KEVEntry]) { self.entries += entries }
    mutating func append(enrichments: [CVEEnrichment]) { self.enrichments += enrichments }
    mutating func append(support statements: [SupportStatement]) { self.statements += statements }
    mutating func finish(_ summary: ProviderImport) { finished.append(summary) }
    mutating func abandon() { records[provider] = nil }
    mutating func conclude(_ outcome: ImportOutcome) { self.outcome = outcome }

    /// Imports `paths` and returns what came in with the report.
    static func importing(_ paths: [String], provider: String? = nil) throws -> (CollectingSink, ImportReport) {
        var sink = CollectingSink()
        let report = try AdvisoryImport(paths: paths, provider: provider).run(into: &sink)
        return (sink, report)
    }

    /// Imports one document held in memory and returns its records.
    static func importing(document: String, as name: String = "record.json") throws -> (CollectingSink, ImportReport) {
        let folder = try TemporaryFolder()
        return try importing([try folder.write(name, document.utf8)])
    }
}
