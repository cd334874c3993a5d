import TallymanTesting
import Testing

@testable import Advisories

/// The published samples of distributions' feeds, with the counts that their description states, or, for samples that it
/// only calls few, as counted in them with other tools (jq, grep).
@Suite(.enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"))
struct DistributionFeedTests {
    @Test(
        "Every sample imports with its records",
        arguments: [
            ("alpine/secdb-yaml.zip", ["alpine": 12_028]), ("alpine/secdb-json.zip", ["alpine": 12_028]),
            ("alpine/fragments.zip", ["alpine": 24, "alpine-osv": 2]),
            ("wolfi/fragments.zip", ["wolfi": 143, "chainguard": 197, "chainguard-osv": 3]),
            ("azurelinux/azurelinux-3.0-oval.xml.gz", ["azurelinux": 1222]),
            ("azurelinux/cbl-mariner-1.0-oval.xml.gz", ["mariner": 2252]),
            ("photon/com.vmware.phsa-photon3.xml.gz", ["photon": 222]), ("oracle/fragments.zip", ["oracle": 2]),
            ("debian/DSA-list.gz", ["debian-dsa": 5406]), ("debian/DLA-list.gz", ["debian-dla": 3534]),
            ("debian/tracker-bookworm-derived.json.gz", ["debian": 20_334]),
            ("debian/fragments.zip", ["debian": 16, "debian-osv": 3, "debian-oval": 4]),
            ("suse/fragments.zip", ["suse": 23, "suse-csaf": 5, "suse-cvrf": 16, "suse-osv": 4]),
            (
                "ubuntu/fragments.zip",
                ["ubuntu": 5, "ubuntu-osv": 12, "ubuntu-oval": 7, "ubuntu-usn": 6, "ubuntu-vex": 5]
            ),
        ] as [(String, [String: Int])]
    )
    func counts(path: String, expected: [String: Int]) throws {
        let (sink, report) = try CollectingSink.importing([SharedFixtures.feed(path)])
        #expect(sink.records.mapValues(\.count) == expected)
        let skipped = report.providers.map(\.skipped).reduce(0, +)
        // The tracker's sample has one CVE whose releases are no object.
        #expect(skipped == (path == "debian/fragments.zip" ? 1 : 0))
        #expect(report.providers.flatMap(\.problems).count == skipped)
    }

    @Test("The two forms of Alpine's fixes say the same, whatever their order")
    func forms() throws {
        let json = try CollectingSink.importing([SharedFixtures.feed("alpine/secdb-json.zip")]).1
        let yaml = try CollectingSink.importing([SharedFixtures.feed("alpine/secdb-yaml.zip")]).1
        #expect(json.providers.first?.build == yaml.providers.first?.build)
        #expect(json.skippedFiles.isEmpty)
        #expect(yaml.skippedFiles.isEmpty)
        #expect(yaml.ignoredFiles == ["secdb-yaml.zip/README.md: text for people"])
    }

    @Test("Files that are no feed are named")
    func unread() throws {
        let ubuntu = try CollectingSink.importing([SharedFixtures.feed("ubuntu/fragments.zip")]).1
        #expect(ubuntu.skippedFiles.count == 2)
        #expect(ubuntu.skippedFiles.allSatisfy { $0.contains("commits.json") || $0.contains("00boilerplate") })
        let suse = try CollectingSink.importing([SharedFixtures.feed("suse/fragments.zip")]).1
        #expect(suse.skippedFiles.allSatisfy { !$0.contains(".xml:") && !$0.contains(".gz:") })
    }
}
