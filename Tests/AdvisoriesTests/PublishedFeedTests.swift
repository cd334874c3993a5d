import Testing

@testable import Advisories

@Suite(.enabled(if: SharedFeeds.isPresent, "\(SharedFeeds.missing)"))
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
        let (_, report) = try CollectingSink.importing([SharedFeeds.path(path)])
        let counts = Dictionary(uniqueKeysWithValues: report.providers.map { ($0.provider, $0.records) })
        #expect(counts == expected)
        #expect(report.providers.flatMap(\.problems) == [])
    }

    @Test(
        "The large sets in archives of Zstandard with long windows have all their records",
        arguments: [
            ("nvd/nvd-data-overrides.tar.zst", "nvd-overrides", 32_184),
            ("cve/vulnrichment-2024-10-24.tar.zst", "vulnrichment", 39_951),
        ]
    )
    func large(path: String, provider: String, count: Int) throws {
        let (sink, report) = try CollectingSink.importing([SharedFeeds.path(path)])
        #expect(report.providers.map(\.provider) == [provider])
        #expect(report.providers.first?.records == count)
        #expect(report.providers.flatMap(\.problems) == [])
        #expect(Set(sink.enrichments.map(\.cve)).count == count)
    }
}
