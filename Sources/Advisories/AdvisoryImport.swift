import Bytes

/// Reads feeds from files and folders into a sink, one provider after the other.
///
/// What stands in the way of one provider costs that provider: it keeps what it had, and the reason is in the report.
package struct AdvisoryImport {
    /// What an import says while it works.
    package struct Progress: Sendable, Equatable {
        package var provider: String
        /// Records read so far.
        package var records: Int
    }

    /// How an import goes about it.
    package struct Options: Sendable {
        /// The folders right below the paths that are read; `nil` for all.
        package var folders: Set<String>?
        /// The name for everything that is read; by default each feed's own.
        package var provider: String?
        /// Whether data of an earlier date than what is there is taken all the same.
        package var allowsOlder = false
        /// The identity of this program: what another one made of the same files does not count.
        package var reader = ""
        /// What became of fetching the files, to be remembered with the import.
        package var fetched = ImportOutcome()
        /// The bounds on what a feed may claim.
        package var limits = AdvisoryLimits()

        package init() {}
    }

    /// A file (or a folder's loose JSON files) with what is read of it.
    typealias Job = (finding: FeedSurvey.Finding, job: FeedReceipt.Job)

    private static let batch = 500

    private let units: [FeedUnit]
    private let options: Options
    private let limits: AdvisoryLimits
    private let importers = FeedImporters()
    private let reader: String

    /// Finds the files under `paths`.
    ///
    /// - Parameters:
    ///   - paths: Feed files, or folders with feed files at any depth.
    ///   - provider: The name for everything that is read; by default each feed's own.
    ///   - limits: The bounds on what a feed may claim.
    /// - Throws: `AdvisoryError` where a path does not exist or cannot be listed.
    package init(paths: [String], provider: String? = nil, limits: AdvisoryLimits = .init()) throws {
        var options = Options()
        options.provider = provider
        options.limits = limits
        try self.init(paths: paths, options: options)
    }

    /// Finds the files under `paths`; throws `AdvisoryError` where a path does not exist or cannot be listed.
    package init(paths: [String], options: Options) throws {
        units = try FeedPaths.units(paths, folders: options.folders, limits: options.limits)
        self.options = options
        limits = options.limits
        reader = "\(ContentHash.form) \(importers.list.count) \(options.reader)"
    }

    /// Reads into `sink` what it does not know yet.
    ///
    /// A provider one of whose files is damaged as a whole, which has no record or too many damaged ones, or whose date is
    /// earlier than what is there, keeps what it had. Throws `AdvisoryError` where that leaves nothing, and where there
    /// is nothing to import; the sink's own errors pass through. After an error the sink must drop what it was given.
    package func run(
        into sink: inout some AdvisorySink,
        progress: (Progress) -> Void = { _ in }
    ) throws -> ImportReport {
        let known = KnownReceipts(try sink.receipts())
        var survey = FeedSurvey(importers: importers, reader: reader, limits: limits)
        for unit in units { survey.look(at: unit, known: known) }
        var jobs: [String: [Job]] = [:]
        for finding in survey.found {
            for job in finding.receipt.jobs { jobs[name(of: job), default: []].append((finding, job)) }
        }
        var held: [String: AdvisoryError] = [:]
        for (receipt, error) in survey.lost + survey.shrunken.map({ ($0.receipt, $0.error) }) {
            for job in receipt?.jobs ?? [] { held[name(of: job)] = error }
        }
        guard !jobs.isEmpty || !held.isEmpty || !survey.problems.isEmpty else {
            let cause = survey.skipped.first ?? survey.ignored.first ?? "there are no files"
            throw AdvisoryError(.empty, "no advisories found; \(cause)")
        }
        var report = ImportReport(
            providers: [],
            problems: survey.problems,
            skippedFiles: survey.skipped,
            ignoredFiles: survey.ignored
        )
        var first = survey.lost.first?.error ?? (jobs.isEmpty ? survey.shrunken.first?.error : nil)
        for (provider, jobs) in jobs.sorted(by: { $0.key < $1.key }) {
            do {
                if let error = held[provider] { throw AdvisoryError(error.code, "kept as it was, as \(error.message)") }
                let order = FeedOrder(provider: provider, jobs: jobs, editions: survey.editions, reader: reader)
                try take(order, into: &sink, report: &report, progress: progress)
            } catch let error as AdvisoryError {
                first = first ?? error
                report.problems.append(FeedProblem(subject: provider, reason: error.message))
            }
        }
        for (provider, error) in held.sorted(by: { $0.key < $1.key }) where jobs[provider] == nil {
            report.problems.append(FeedProblem(subject: provider, reason: "kept as it was, as \(error.message)"))
        }
        if report.providers.isEmpty, let first { throw first }
        try conclude(survey, report, into: &sink)
        return report
    }

    private func name(of job: FeedReceipt.Job) -> String { options.provider ?? job.provider }

    /// The number of the importer that reads `file`, piece `number` of the unit that `job` is about.
    ///
    /// Asking all of them takes longer than reading does where an archive is gone through for each of its providers, so
    /// what the survey found out counts, unless the file was replaced since.
    private func reader(of file: FeedFile, number: Int, for job: Job) -> Int? {
        guard let readers = job.finding.readers, readers.indices.contains(number) else {
            return importers.index(of: file)
        }
        guard let reader = readers[number].map({ Int($0) }) else { return nil }
        let isStillSo = reader != job.job.importer || importers.list[reader].canRead(file)
        return isStillSo ? reader : importers.index(of: file)
    }

    private func conclude(_ survey: FeedSurvey, _ report: ImportReport, into sink: inout some AdvisorySink) throws {
        var outcome = options.fetched
        // What was in a file stays known until that is found in it again.
        let shrunken = Set(survey.shrunken.map(\.receipt.name))
        let receipts = Dictionary(survey.found.map { ($0.receipt.name, $0.receipt) }) { $1 }
        outcome.receipts += receipts.values.filter { !shrunken.contains($0.name) }.sorted { $0.name < $1.name }
        outcome.problems += report.problems
        outcome.settled.formUnion(report.providers.map(\.provider) + survey.found.map(\.unit.name))
        outcome.settled.subtract(outcome.problems.map(\.subject))
        try sink.conclude(outcome)
    }

    /// Imports one provider, unless it was read from the same files before.
    private func take(
        _ order: FeedOrder,
        into sink: inout some AdvisorySink,
        report: inout ImportReport,
        progress: (Progress) -> Void
    ) throws {
        let known = try sink.known(provider: order.provider)
        if let known, known.inputs == order.inputs {
            report.unchanged.insert(order.provider)
            report.providers.append(known)
            return
        }
        if !options.allowsOlder, let there = known?.date, let date = order.date, date < there {
            throw AdvisoryError(
                .outdated,
                "older than what is there: dated \(date), there is \(there); --allow-older takes it all the same"
            )
        }
        try sink.begin(provider: order.provider)
        let summary: ProviderImport
        do {
            summary = try read(order, into: &sink, progress: progress)
        } catch let failure as SinkFailure {
            throw failure.cause
        } catch {
            try sink.abandon()
            throw error as? AdvisoryError ?? AdvisoryError(.damaged, "\(order.provider): \(error)")
        }
        try sink.finish(summary)
        report.providers.append(summary)
    }

    private func read(
        _ order: FeedOrder,
        into sink: inout some AdvisorySink,
        progress: (Progress) -> Void
    ) throws -> ProviderImport {
        let provider = order.provider
        var counts = ImportCounts()
        var content = ContentHash()
        var batch = FeedBatch()
        for entry in order.jobs {
            let job = entry.job
            let importer = importers.list[job.importer]
            var pieces = 0
            try entry.finding.unit.forEachFile(limits: limits) { piece in
                defer { pieces += 1 }
                switch piece {
                case .damaged(let name, let reason):
                    guard importer.isOneRecordPerFile, name.hasSuffix(".json") else { return }
                    counts.skip("\(name): \(reason)", limits: limits)
                case .file(let file):
                    guard let index = reader(of: file, number: pieces, for: entry) else {
                        if importer.isOneRecordPerFile, file.isBrokenRecord(limits: limits) {
                            counts.skip("\(file.name): not JSON", limits: limits)
                        }
                        return
                    }
                    let edition = importer.edition(of: file)
                    guard index == job.importer, edition == nil || edition == order.editions[index],
                        job.origin == nil || importer.origin(of: file, limits: limits) == job.origin
                    else { return }
                    let part = try importer.importRecords(from: file, provider: provider, limits: limits) { item in
                        content.add(item)
                        batch.add(item)
                        guard batch.count >= Self.batch else { return }
                        try batch.drain(into: &sink)
                    }
                    counts.add(part, limits: limits)
                    progress(Progress(provider: provider, records: counts.records))
                }
            }
        }
        try batch.drain(into: &sink)
        guard counts.records > 0 else {
            let cause = counts.problems.first.map { "; \($0)" } ?? ""
            throw AdvisoryError(.empty, "\(provider): no usable record\(cause)")
        }
        guard Double(counts.skipped) <= Double(counts.records + counts.skipped) * limits.maxSkippedShare else {
            throw AdvisoryError(
                .damaged,
                "\(provider): \(counts.skipped) of \(counts.records + counts.skipped) records are damaged; "
                    + (counts.problems.first ?? "")
            )
        }
        return ProviderImport(
            provider: provider,
            build: content.build(provider: provider),
            records: counts.records,
            skipped: counts.skipped,
            problems: counts.problems,
            date: order.date,
            inputs: order.inputs
        )
    }
}

/// What one provider is read from.
private struct FeedOrder {
    let provider: String
    let jobs: [AdvisoryImport.Job]
    let editions: [Int: String]
    let inputs: String
    /// The newest date on any of it.
    let date: String?

    init(provider: String, jobs: [AdvisoryImport.Job], editions: [Int: String], reader: String) {
        self.provider = provider
        self.jobs = jobs
        self.editions = editions
        inputs = FeedReceipt.inputs(
            provider: provider,
            reader: reader,
            jobs: jobs.map { ($0.finding.receipt, $0.job) },
            editions: editions
        )
        date = jobs.compactMap(\.job.date).max()
    }
}

/// An error of the sink, on its way through an importer.
private struct SinkFailure: Error { let cause: any Error }

/// Records on their way to the sink.
private struct FeedBatch {
    private var records: [AdvisoryRecord] = []
    private var scores: [EPSSScore] = []
    private var entries: [KEVEntry] = []
    private var enrichments: [CVEEnrichment] = []
    private var statements: [SupportStatement] = []

    var count: Int { records.count + scores.count + entries.count + enrichments.count + statements.count }

    mutating func add(_ item: FeedItem) {
        switch item {
        case .advisory(let record): records.append(record)
        case .epss(let score): scores.append(score)
        case .kev(let entry): entries.append(entry)
        case .enrichment(let enrichment): enrichments.append(enrichment)
        case .support(let statement): statements.append(statement)
        }
    }

    mutating func drain(into sink: inout some AdvisorySink) throws {
        do { try pass(to: &sink) } catch { throw SinkFailure(cause: error) }
        self = FeedBatch()
    }

    private func pass(to sink: inout some AdvisorySink) throws {
        if !records.isEmpty { try sink.append(records) }
        if !scores.isEmpty { try sink.append(epss: scores) }
        if !entries.isEmpty { try sink.append(kev: entries) }
        if !enrichments.isEmpty { try sink.append(enrichments: enrichments) }
        if !statements.isEmpty { try sink.append(support: statements) }
    }
}
