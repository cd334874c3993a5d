import Advisories
import Foundation
import TallymanTesting
import Testing

/// Every importer of advisories, by way of the import that finds out which of them reads a file.
@Suite("Feeds under a mutator")
struct FeedFuzzTests {
    /// Takes everything and keeps nothing.
    private struct Drain: AdvisorySink {
        func known(provider: String) -> ProviderImport? { nil }
        func receipts() -> [FeedReceipt] { [] }
        mutating func begin(provider: String) {}
        mutating func append(_ records: [AdvisoryRecord]) {}
        mutating func append(epss scores: [EPSSScore]) {}
        mutating func append(kev entries: [KEVEntry]) {}
        mutating func append(enrichments: [CVEEnrichment]) {}
        mutating func append(support statements: [SupportStatement]) {}
        mutating func finish(_ summary: ProviderImport) {}
        mutating func abandon() {}
        mutating func conclude(_ outcome: ImportOutcome) {}
    }

    private func fuzz(_ samples: [(name: String, bytes: [UInt8])]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // a temporary folder
        try FuzzRun.go { random in
            guard let sample = samples.any(&random), let other = samples.any(&random) else { return }
            let file = folder.appending(path: sample.name)
            try Data(FuzzRun.mutated(sample.bytes, other.bytes, &random)).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }  // as above
            do {
                var drain = Drain()
                _ = try AdvisoryImport(paths: [file.path]).run(into: &drain)
            } catch {
                #expect(error is AdvisoryError, "\(sample.name)")
            }
        }
    }

    @Test("Documents of each publisher", .enabled(if: !SharedFeedSamples.members.isEmpty, "\(SharedFixtures.missing)"))
    func documents() throws { try fuzz(SharedFeedSamples.members) }

    @Test("Archives of documents", .enabled(if: !SharedFeedSamples.archives.isEmpty, "\(SharedFixtures.missing)"))
    func archives() throws { try fuzz(SharedFeedSamples.archives.map { ("feed", $0) }) }
}
