import Bytes
import ScanModel
import XMLStream

/// Imports the `updateinfo.xml` of RPM repositories (createrepo_c; Amazon Linux, Rocky Linux, Fedora and EPEL).
struct UpdateInfoImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    private static let headBytes = 1024

    func canRead(_ file: FeedFile) -> Bool {
        let head = file.content.bytes(at: 0, count: min(file.content.count, Self.headBytes)) ?? []
        return head.first == UInt8(ascii: "<") && head.firstRange(of: Array("<updates".utf8)) != nil
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        var publisher: UpdateInfoPublisher?
        // A damaged file has no say; it is refused when it is read.
        try? forEachUpdate(of: file, limits: limits) { result in
            publisher = (try? result.get()).flatMap(UpdateInfoPublisher.init)
            return publisher == nil
        }
        return publisher?.rawValue
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try forEachUpdate(of: file, limits: limits) { result in
            let record: AdvisoryRecord
            do throws(RecordProblem) {
                record = try Self.record(try result.get(), provider: provider, limits: limits)
            } catch {
                counts.skip("\(file.name): \(error.reason)", limits: limits)
                return true
            }
            counts.records += 1
            try emit(.advisory(record))
            return true
        }
        return counts
    }

    /// Calls `body` with each update, or with what is wrong with it, until it returns `false`.
    private func forEachUpdate(
        of file: FeedFile,
        limits: AdvisoryLimits,
        _ body: (Result<UpdateInfoUpdate, RecordProblem>) throws -> Bool
    ) throws {
        try file.readXML { reader in
            while let event = try reader.next() {
                guard case .start(let element) = event, element.name == "update" else { continue }
                let update: Result<UpdateInfoUpdate, RecordProblem>
                do {
                    update = .success(try UpdateInfoUpdate(element, from: reader, limits: limits))
                } catch let problem as RecordProblem {
                    update = .failure(problem)
                }
                guard try body(update) else { return }
            }
        }
    }

    private static func record(
        _ update: UpdateInfoUpdate,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let id = BoundedText.name(update.id, limits: limits) else { throw RecordProblem("no usable id") }
        guard let publisher = UpdateInfoPublisher(of: update) else { throw RecordProblem("\(id): unknown publisher") }
        let isSecurity = update.type == "security"
        var covers = CVEText.identifiers(in: update.references, limits: limits)
        if covers.isEmpty, isSecurity { covers = CVEText.identifiers(in: [update.description], limits: limits) }
        let summary = update.title.isEmpty ? update.summary : update.title
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: covers,
            severity: SeverityWord.severity(update.severity) ?? .unknown,
            published: BoundedText.timestamp(update.issued),
            modified: BoundedText.timestamp(update.updated),
            summary: BoundedText.clean(summary, maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.url(publisher.url(of: id), limits: limits).map { [$0] } ?? [],
            affected: isSecurity || !covers.isEmpty ? ranges(update, publisher) : []
        )
    }

    private static func ranges(_ update: UpdateInfoUpdate, _ publisher: UpdateInfoPublisher) -> [AffectedRange] {
        let module = publisher.module(of: update)
        var statements = RPMStatements()
        for package in update.packages {
            guard let key = publisher.key(of: package, in: update) else { continue }
            statements.add(
                .fixed(package.version),
                ecosystem: key,
                package: package.name,
                module: package.module ?? module,
                architecture: publisher.listsOneArchitecture ? "" : package.architecture,
                introduced: publisher.introduced(of: package)
            )
        }
        return statements.ranges()
    }
}
