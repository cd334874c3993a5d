import TallymanTesting
import Testing

@testable import Advisories

/// The published samples of distributions' feeds, with the counts that their description states, or, for samples that it
/// only calls few, as counted in them with other tools (jq, grep).
@Suite(.enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"))
struct DistributionFeedTests {
    private typealias Reading = (counts: [String: Int], report: ImportReport)

    /// What several tests ask is read once for all of them.
    private static let alpineJSON = Result { try read("alpine/secdb-json.zip") }
    private static let alpineYAML = Result { try read("alpine/secdb-yaml.zip") }
    private static let suse = Result { try read("suse/fragments.zip") }
    private static let ubuntu = Result { try read("ubuntu/fragments.zip") }

    private static func reading(_ path: String) throws -> Reading {
        switch path {
        case "alpine/secdb-json.zip": try alpineJSON.get()
        case "alpine/secdb-yaml.zip": try alpineYAML.get()
        case "suse/fragments.zip": try suse.get()
        case "ubuntu/fragments.zip": try ubuntu.get()
        default: try read(path)
        }
    }

    private static func read(_ path: String) throws -> Reading {
        let (sink, report) = try CollectingSink.importing([SharedFixtures.feed(path)])
        return (sink.records.mapValues(\.count), report)
    }

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
        let (counts, report) = try Self.reading(path)
        #expect(counts == expected)
        let skipped = report.providers.map(\.skipped).reduce(0, +)
        // The tracker's sample has one CVE whose releases are no object.
        #expect(skipped == (path == "debian/fragments.zip" ? 1 : 0))
        #expect(report.providers.flatMap(\.problems).count == skipped)
    }

    @Test("The two forms of Alpine's fixes say the same, whatever their order")
    func forms() throws {
        let json = try Self.reading("alpine/secdb-json.zip").report
        let yaml = try Self.reading("alpine/secdb-yaml.zip").report
        #expect(json.providers.first?.build == yaml.providers.first?.build)
        #expect(json.skippedFiles.isEmpty)
        #expect(yaml.skippedFiles.isEmpty)
        #expect(yaml.ignoredFiles == ["secdb-yaml.zip/README.md: text for people"])
    }

    @Test("Files that are no feed are named")
    func unread() throws {
        let ubuntu = try Self.reading("ubuntu/fragments.zip").report
        #expect(ubuntu.skippedFiles.count == 2)
        #expect(ubuntu.skippedFiles.allSatisfy { $0.contains("commits.json") || $0.contains("00boilerplate") })
        let suse = try Self.reading("suse/fragments.zip").report
        #expect(suse.skippedFiles.allSatisfy { !$0.contains(".xml:") && !$0.contains(".gz:") })
    }
}
