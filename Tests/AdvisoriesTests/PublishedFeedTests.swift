import Bytes
import Foundation
import TallymanTesting
import Testing

@testable import Advisories

@Suite(.enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"))
struct PublishedFeedTests {
    @Test(
        "The published sets have the records that their description states",
        arguments: [
            ("rubygems/ruby-advisory-db.zip", ["rubysec": 1234 + 147]),
            ("rust/advisory-db.zip", ["rustsec": 1205, "rust-toolchain": 20]),
            ("maven/victims-cve-db.zip", ["victims": 177 + 41]),
            // Each folder has an index of its other files besides.
            ("npm/nodejs-security-wg.zip", ["nodejs-security-wg": 468 + 172 - 2]),
            ("npm/retirejs.zip", ["retirejs-npm": 545, "retirejs-browser": 723]),
            ("distro-info/distro-info-data.zip", ["distro-info": 67]),
            ("debian/security-support.zip", ["debian-security-support": 77]),
            ("nvd/fragments.zip", ["nvd": 74]),
        ] as [(String, [String: Int])]
    )
    func counts(path: String, expected: [String: Int]) throws {
        let (_, report) = try CollectingSink.importing([SharedFixtures.feed(path)])
        let counts = Dictionary(uniqueKeysWithValues: report.providers.map { ($0.provider, $0.records) })
        #expect(counts == expected)
        #expect(report.providers.flatMap(\.problems) == [])
    }

    /// A build without optimisation would read all of them for minutes: one in 128 stands for the rest.
    @Test(
        "The large sets in archives of Zstandard with long windows are complete, and a sample of them is read without loss",
        arguments: [
            ("nvd/nvd-data-overrides.tar.zst", "nvd-overrides", 32_184),
            ("cve/vulnrichment-2024-10-24.tar.zst", "vulnrichment", 39_951),
        ]
    )
    func large(path: String, provider: String, count: Int) throws {
        let content = FileBytes([UInt8](try Data(contentsOf: URL(fileURLWithPath: SharedFixtures.feed(path)))))
        var archive = try FeedArchive(try FeedStream(content), limits: .init())
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 20_261_125)
        var documents = FeedExcerpt.Count()
        while let entry = try archive.next() {
            guard entry.name.hasSuffix(".json"), let content = entry.content else { continue }
            documents.all += 1
            guard random.oneIn(128) else { continue }
            documents.written += 1
            try FeedExcerpt.Document(name: entry.name, content: content.bytes(at: 0, count: content.count) ?? [])
                .write(into: folder.path)
        }
        #expect(documents.all == count && documents.written > count / 160)
        let (sink, report) = try CollectingSink.importing([folder.path])
        #expect(report.providers.map(\.provider) == [provider])
        #expect(report.providers.first?.records == documents.written)
        #expect(report.providers.flatMap(\.problems) == [])
        #expect(Set(sink.enrichments.map(\.cve)).count == documents.written)
    }
}
