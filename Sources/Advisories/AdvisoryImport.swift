import Bytes

/// Reads feeds from files and folders into a sink, one provider after the other.
package struct AdvisoryImport {
    /// What an import says while it works.
    package struct Progress: Sendable, Equatable {
        package var provider: String
        /// Records read so far.
        package var records: Int
    }

    /// One file (or a folder's loose JSON files) that one importer reads.
    private struct Job {
        var unit: FeedUnit
        var importer: Int
        /// Of a unit with the documents of several publishers, whose are read; `nil` for all.
        var origin: String?
    }

    private static let batch = 500
    private static let sampleSize = 64

    private let units: [FeedUnit]
    private let name: String?
    private let limits: AdvisoryLimits
    /// Asked in this order; those that tell by the first bytes come first, as they see every file of a large archive.
    private let importers: [any AdvisoryImporter] = [
        RedHatCSAFImporter(.vex), RedHatCSAFImporter(.advisory), SUSECSAFImporter(), OVALImporter(), CVRFImporter(),
        UpdateInfoImporter(), CVERecordImporter(), NVDOverrideImporter(), RubySecImporter(),
        RustSecImporter(isToolchain: false), RustSecImporter(isToolchain: true), VictimsImporter(),
        DistroInfoImporter(), SecuritySupportImporter(), DebianBulletinImporter(), SecDBImporter(),
        UbuntuVEXImporter(), UbuntuNoticeImporter(), UbuntuCVEImporter(), UbuntuTrackerImporter(),
        DebianTrackerImporter(), NVDImporter(), NVDLegacyImporter(), NodeSecurityImporter(),
        RetireImporter(isBrowser: false), RetireImporter(isBrowser: true), KEVImporter(), EPSSImporter(),
        OSVImporter(), RedHatAPIImporter(), RockyErrataImporter(), BodhiImporter(), ArchImporter(),
        RepositoryCPEImporter(),
    ]

    /// Finds the files under `paths`.
    ///
    /// - Parameters:
    ///   - paths: Feed files, or folders with feed files at any depth.
    ///   - provider: The name for everything that is read; by default each feed's own.
    ///   - limits: The bounds on what a feed may claim.
    /// - Throws: `AdvisoryError` where a path does not exist or cannot be listed.
    package init(paths: [String], provider: String? = nil, limits: AdvisoryLimits = .init()) throws {
        units = try FeedPaths.units(paths, limits: limits)
        name = provider
        self.limits = limits
    }

    /// Reads everything into `sink`.
    ///
    /// Throws `AdvisoryError` where a file is damaged as a whole, where a provider has no record or too many damaged ones,
    /// and where there is nothing to import; the sink's own errors pass through. After an error the sink must drop what
    /// it was given.
    package func run(
        into sink: inout some AdvisorySink,
        progress: (Progress) -> Void = { _ in }
    ) throws -> ImportReport {
        var skippedFiles: [String] = []
        var jobs: [String: [Job]] = [:]
        var editions: [Int: String] = [:]
        for unit in units {
            for found in try classify(unit, skipped: &skippedFiles, editions: &editions) {
                let job = Job(unit: unit, importer: found.importer, origin: found.origin)
                jobs[name ?? found.provider, default: []].append(job)
            }
        }
        guard !jobs.isEmpty else {
            throw AdvisoryError(.empty, "no advisories found; \(skippedFiles.first ?? "there are no files")")
        }
        var providers: [ProviderImport] = []
        for (provider, jobs) in jobs.sorted(by: { $0.key < $1.key }) {
            providers.append(try importProvider(provider, jobs, editions: editions, into: &sink, progress: progress))
        }
        return ImportReport(providers: providers, skippedFiles: skippedFiles)
    }

    /// The importers that read something of `unit`, each with the provider that most of its first files speak for; where a
    /// file is a whole feed, each with every provider.
    private func classify(
        _ unit: FeedUnit,
        skipped: inout [String],
        editions: inout [Int: String]
    ) throws -> [(importer: Int, provider: String, origin: String?)] {
        var votes: [Int: [String: Int]] = [:]
        var unread: [(name: String, reason: String, isBrokenRecord: Bool)] = []
        var unreadCount = 0
        try unit.forEachFile(limits: limits) { piece in
            guard case .file(let file) = piece, let index = importers.firstIndex(where: { $0.canRead(file) }) else {
                unreadCount += 1
                guard unread.count < limits.maxProblems else { return }
                switch piece {
                case .file(let file):
                    unread.append((file.name, "no feed that is read here", isBrokenRecord(file)))
                case .damaged(let name, let reason): unread.append((name, reason, name.hasSuffix(".json")))
                }
                return
            }
            if let edition = importers[index].edition(of: file) {
                editions[index] = max(editions[index] ?? "", edition)
            }
            let sample = votes[index, default: [:]]
            votes[index] = sample
            // A record that cannot be read has no say in whose it is.
            guard !importers[index].isOneRecordPerFile || sample.values.reduce(0, +) < Self.sampleSize,
                let origin = importers[index].origin(of: file, limits: limits)
            else { return }
            votes[index]?[origin, default: 0] += 1
        }
        let countsBroken = votes.keys.contains { importers[$0].isOneRecordPerFile }
        let reported = unread.filter { !($0.isBrokenRecord && countsBroken) }
        skipped += reported.map { "\($0.name): \($0.reason)" }
        if unreadCount > unread.count { skipped.append("\(unit.name): and \(unreadCount - unread.count) more") }
        return votes.sorted { $0.key < $1.key }.flatMap { index, origins -> [(Int, String, String?)] in
            if importers[index].isOneRecordPerFile { return [(index, Self.majority(origins), nil)] }
            let isShared = origins.count > 1
            return origins.keys.sorted().map { (index, $0, isShared ? $0 : nil) }
        }
    }

    /// The name with four of five votes, else `osv` for a collection of many ecosystems.
    private static func majority(_ votes: [String: Int]) -> String {
        let total = votes.values.reduce(0, +)
        return votes.first { $0.value * 5 >= total * 4 }?.key ?? "osv"
    }

    /// Whether a file is named as a record and is not even JSON.
    private func isBrokenRecord(_ file: FeedFile) -> Bool {
        guard file.name.hasSuffix(".json"), file.content.count <= limits.maxRecordBytes else { return false }
        return file.content.withUnsafeBytes { bytes in
            do throws(JSONError) {
                _ = try JSONReader.parse(bytes, maxDepth: limits.maxDepth)
                return false
            } catch {
                return true
            }
        }
    }

    private func importProvider(
        _ provider: String,
        _ jobs: [Job],
        editions: [Int: String],
        into sink: inout some AdvisorySink,
        progress: (Progress) -> Void
    ) throws -> ProviderImport {
        try sink.begin(provider: provider)
        var counts = ImportCounts()
        var content = ContentHash()
        var batch = FeedBatch()
        for job in jobs {
            let importer = importers[job.importer]
            try job.unit.forEachFile(limits: limits) { piece in
                switch piece {
                case .damaged(let name, let reason):
                    guard importer.isOneRecordPerFile, name.hasSuffix(".json") else { return }
                    counts.skip("\(name): \(reason)", limits: limits)
                case .file(let file):
                    guard let index = importers.firstIndex(where: { $0.canRead(file) }) else {
                        if importer.isOneRecordPerFile, isBrokenRecord(file) {
                            counts.skip("\(file.name): not JSON", limits: limits)
                        }
                        return
                    }
                    let edition = importer.edition(of: file)
                    guard index == job.importer, edition == nil || edition == editions[index],
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
        guard counts.records > 0 else { throw AdvisoryError(.empty, "\(provider): no usable record") }
        guard Double(counts.skipped) <= Double(counts.records + counts.skipped) * limits.maxSkippedShare else {
            throw AdvisoryError(
                .damaged,
                "\(provider): \(counts.skipped) of \(counts.records + counts.skipped) records are damaged; "
                    + (counts.problems.first ?? "")
            )
        }
        let summary = ProviderImport(
            provider: provider,
            build: content.build(provider: provider),
            records: counts.records,
            skipped: counts.skipped,
            problems: counts.problems
        )
        try sink.finish(summary)
        return summary
    }
}

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
        if !records.isEmpty { try sink.append(records) }
        if !scores.isEmpty { try sink.append(epss: scores) }
        if !entries.isEmpty { try sink.append(kev: entries) }
        if !enrichments.isEmpty { try sink.append(enrichments: enrichments) }
        if !statements.isEmpty { try sink.append(support: statements) }
        self = FeedBatch()
    }
}
