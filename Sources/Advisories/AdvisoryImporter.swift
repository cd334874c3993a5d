/// One record of a feed.
enum FeedItem: Sendable {
    case advisory(AdvisoryRecord)
    case epss(EPSSScore)
    case kev(KEVEntry)
    case enrichment(CVEEnrichment)
    case support(SupportStatement)
}

/// What reading one feed file brought.
struct ImportCounts: Sendable, Equatable {
    /// Records emitted.
    var records = 0
    /// Records that were damaged and left out.
    var skipped = 0
    /// What was wrong with them, at most `AdvisoryLimits.maxProblems`.
    var problems: [String] = []

    mutating func skip(_ problem: String, limits: AdvisoryLimits) {
        skipped += 1
        note(problem, limits: limits)
    }

    mutating func add(_ other: ImportCounts, limits: AdvisoryLimits) {
        records += other.records
        skipped += other.skipped
        for problem in other.problems { note(problem, limits: limits) }
    }

    private mutating func note(_ problem: String, limits: AdvisoryLimits) {
        guard problems.count < limits.maxProblems else { return }
        problems.append(String(problem.prefix(limits.maxProblemCharacters)))
    }
}

/// A format of advisories: one document in, records out.
protocol AdvisoryImporter: Sendable {
    /// Whether a feed of this format is a collection of documents with one record each.
    var isOneRecordPerFile: Bool { get }

    /// Whether `file` looks like this format; never an error.
    func canRead(_ file: FeedFile) -> Bool

    /// The provider that `file` speaks for: fixed for a publisher's own format, the ecosystem for a common one.
    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String?

    /// The date or number of a feed that is published whole each day, in an order that text compares; `nil` for others.
    ///
    /// Of several editions in one import only the newest is read.
    func edition(of file: FeedFile) -> String?

    /// The publisher's own date of the data, in an order that text compares; `nil` where the format states none.
    ///
    /// Data of an earlier date never replaces what is there.
    func date(of file: FeedFile) -> String?

    /// Reads every record of `file`, each emitted under `provider`.
    ///
    /// A damaged record is left out and counted. A file whose frame is broken (cut short, not the format it looked
    /// like) throws `AdvisoryError`, and nothing of it may be used.
    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts
}

extension AdvisoryImporter {
    func edition(of file: FeedFile) -> String? { nil }

    func date(of file: FeedFile) -> String? { nil }
}
