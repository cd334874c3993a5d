import Bytes
import OnePassJSON

extension FeedFile {
    /// Whether the file is named as a record and is not even JSON.
    func isBrokenRecord(limits: AdvisoryLimits) -> Bool {
        guard name.hasSuffix(".json"), content.count <= limits.maxRecordBytes else { return false }
        return content.withUnsafeBytes { bytes in
            do throws(JSONError) {
                _ = try JSONReader.parse(bytes, maxDepth: limits.maxDepth)
                return false
            } catch {
                return true
            }
        }
    }
}

/// Finds out what is in the files of an import before any of it is imported.
struct FeedSurvey {
    /// Records of a collection that are asked whose they are.
    private static let sampleSize = 64

    /// A unit with what is in it.
    struct Finding {
        var unit: FeedUnit
        var receipt: FeedReceipt
        /// The importer of each of its pieces in their order, as far as one reads it; `nil` where nobody looked this time.
        var readers: [UInt8?]?
    }

    private let importers: FeedImporters
    private let reader: String
    private let limits: AdvisoryLimits

    private(set) var found: [Finding] = []
    /// Files that are damaged as a whole, with what was in the one of that name before.
    private(set) var lost: [(receipt: FeedReceipt?, error: AdvisoryError)] = []
    /// Files that can be read and no longer have what they had, with what that was and what is there in its place.
    private(set) var shrunken: [(receipt: FeedReceipt, error: AdvisoryError)] = []
    private(set) var problems: [FeedProblem] = []

    init(importers: FeedImporters, reader: String, limits: AdvisoryLimits) {
        self.importers = importers
        self.reader = reader
        self.limits = limits
    }

    var skipped: [String] { found.flatMap(\.receipt.skipped) }
    var ignored: [String] { found.flatMap(\.receipt.ignored) }

    /// Of the feeds that are published whole each time, the newest edition that there is for each importer.
    var editions: [Int: String] {
        found.reduce(into: [:]) { $0.merge($1.receipt.editions) { max($0, $1) } }
    }

    /// Looks into `unit`, unless its content is known.
    mutating func look(at unit: FeedUnit, known: KnownReceipts) {
        let before = known.receipt(at: unit.place)
        do {
            let digest = try unit.digest(limits: limits)
            if var same = known.receipt(of: digest, reader: reader), same.isSound(for: importers) {
                same.name = unit.place
                return found.append(Finding(unit: unit, receipt: same))
            }
            let (receipt, readers) = try receipt(for: unit, digest: digest)
            found.append(Finding(unit: unit, receipt: receipt, readers: readers))
            if var gone = before, let reason = receipt.skipped.first {
                gone.jobs.removeAll { job in receipt.jobs.contains { $0.provider == job.provider } }
                if !gone.jobs.isEmpty { shrunken.append((gone, AdvisoryError(.damaged, reason))) }
            }
        } catch {
            let error = error as? AdvisoryError ?? AdvisoryError(.damaged, "\(unit.name): \(error)")
            lost.append((before, error))
            problems.append(FeedProblem(subject: unit.name, reason: error.message))
        }
    }

    /// The importers that read something of `unit`, each with the provider that most of its first files speak for; where a
    /// file is a whole feed, each with every provider.
    private func receipt(for unit: FeedUnit, digest: String) throws -> (FeedReceipt, readers: [UInt8?]) {
        var tally = FeedTally(limits: limits)
        var readers: [UInt8?] = []
        try unit.forEachFile(limits: limits) { piece in
            let reader: Int? = if case .file(let file) = piece { importers.index(of: file) } else { nil }
            readers.append(reader.map { UInt8(clamping: $0) })
            guard case .file(let file) = piece, let index = reader else { return tally.pass(over: piece) }
            let importer = importers.list[index]
            if let edition = importer.edition(of: file) {
                tally.editions[index] = max(tally.editions[index] ?? "", edition)
            }
            let sample = tally.votes[index, default: [:]]
            // Without a vote, too: a collection that does not say whose it is has its importer all the same.
            tally.votes[index] = sample
            guard !importer.isOneRecordPerFile || sample.values.reduce(0, +) < Self.sampleSize else { return }
            guard let origin = importer.origin(of: file, limits: limits) else {
                // A record that cannot be read has no say in whose it is; a whole feed is nobody's, and would be missed.
                if !importer.isOneRecordPerFile { tally.refuse(file) }
                return
            }
            tally.votes[index]?[origin, default: 0] += 1
            guard let date = importer.date(of: file) else { return }
            tally.dates[index, default: [:]][origin] = max(tally.dates[index]?[origin] ?? "", date)
        }
        let hasRecords = tally.votes.keys.contains { importers.list[$0].isOneRecordPerFile }
        let receipt = FeedReceipt(
            name: unit.place,
            digest: digest,
            reader: reader,
            jobs: tally.votes.sorted { $0.key < $1.key }.flatMap { index, origins -> [FeedReceipt.Job] in
                if importers.list[index].isOneRecordPerFile {
                    return [FeedReceipt.Job(importer: index, provider: Self.majority(origins))]
                }
                return origins.keys.sorted().map { origin in
                    FeedReceipt.Job(
                        importer: index,
                        provider: origin,
                        origin: origins.count > 1 ? origin : nil,
                        date: tally.dates[index]?[origin]
                    )
                }
            },
            editions: tally.editions,
            skipped: tally.skipped(in: unit, hasRecords: hasRecords),
            ignored: tally.ignored
        )
        return (receipt, readers)
    }

    /// The name with four of five votes, else `osv` for a collection of many ecosystems.
    private static func majority(_ votes: [String: Int]) -> String {
        let total = votes.values.reduce(0, +)
        return votes.first { $0.value * 5 >= total * 4 }?.key ?? "osv"
    }
}

/// What is counted while a unit is looked through.
private struct FeedTally {
    let limits: AdvisoryLimits
    var votes: [Int: [String: Int]] = [:]
    var dates: [Int: [String: String]] = [:]
    var editions: [Int: String] = [:]
    private(set) var ignored: [String] = []
    private var unread: [(name: String, reason: String, isBrokenRecord: Bool)] = []
    private var unreadCount = 0

    init(limits: AdvisoryLimits) { self.limits = limits }

    /// Notes what no importer reads.
    mutating func pass(over piece: FeedUnit.Piece) {
        if case .file(let file) = piece, let what = NonFeed.description(of: file) {
            if ignored.count < limits.maxProblems { ignored.append("\(file.name): \(what)") }
            return
        }
        unreadCount += 1
        guard unread.count < limits.maxProblems else { return }
        switch piece {
        case .file(let file):
            unread.append((file.name, "no feed that is read here", file.isBrokenRecord(limits: limits)))
        case .damaged(let name, let reason): unread.append((name, reason, name.hasSuffix(".json")))
        }
    }

    /// Notes a feed that says nothing of whose it is.
    mutating func refuse(_ file: FeedFile) {
        unreadCount += 1
        guard unread.count < limits.maxProblems else { return }
        unread.append((file.name, "without an entry of a publisher that is known, or damaged before the first", false))
    }

    /// The files that were not read; broken records of a collection are counted where it is imported.
    func skipped(in unit: FeedUnit, hasRecords: Bool) -> [String] {
        var skipped = unread.filter { !($0.isBrokenRecord && hasRecords) }.map { "\($0.name): \($0.reason)" }
        if unreadCount > unread.count { skipped.append("\(unit.name): and \(unreadCount - unread.count) more") }
        return skipped
    }
}

extension FeedReceipt {
    /// Whether it may have been written by this program: a store's text is input too.
    fileprivate func isSound(for importers: FeedImporters) -> Bool {
        jobs.allSatisfy { importers.list.indices.contains($0.importer) }
    }
}
