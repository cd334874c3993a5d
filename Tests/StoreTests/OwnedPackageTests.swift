import Advisories
import Foundation
import Postgres
import Reports
import ScanModel
import Store
import Testing

@Suite("Packages that OS packages own", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct OwnedPackageTests {
    private static let tracker = #"""
        {"ruby3.1":{"CVE-2024-0001":{"releases":{"bookworm":{"status":"resolved","fixed_version":"0","urgency":"low"}}},
        "CVE-2024-0002":{"releases":{"bookworm":{"status":"resolved","fixed_version":"3.1.1-1","urgency":"low"}}},
        "CVE-2024-0003":{"releases":{"bookworm":{"status":"open","nodsa":"Minor","nodsa_reason":"ignored",
        "urgency":"low"}}}}}
        """#

    private static func advisory(_ cve: String, _ name: String) -> String {
        #"""
        {"schema_version":"1.6.0","id":"GHSA-\#(cve.suffix(4))-\#(name)-0000","aliases":["\#(cve)"],
        "modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"RubyGems","name":"\#(name)"},
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"9.0"}]}]}]}
        """#
    }

    /// `json` once from a gem of its own, once from the distribution's Ruby; `net-telnet` is a package of its own.
    private static var inventory: Inventory {
        func gem(_ name: String, _ version: String, _ owner: String?) -> InstalledPackage {
            InstalledPackage(
                package: Package(type: .gem, name: name, version: version),
                layer: 0,
                paths: ["/\(owner ?? "opt")"],
                ownedBy: owner
            )
        }
        func deb(_ name: String, _ version: String, source: String) -> InstalledPackage {
            InstalledPackage(
                package: Package(
                    type: .deb,
                    name: name,
                    version: version,
                    arch: "amd64",
                    source: SourcePackage(name: source, version: version)
                ),
                layer: 0,
                paths: ["/var/lib/dpkg/status"]
            )
        }
        return Inventory(
            distro: Distro(id: "debian", versionID: "12", name: "Debian 12", codename: "bookworm"),
            packages: [
                deb("libruby3.1", "3.1.2-7", source: "ruby3.1"),
                deb("ruby-net-telnet", "0.1.1-2", source: "net-telnet"),
                gem("json", "2.6.1", nil), gem("json", "2.6.1", "libruby3.1"), gem("json", "2.6.2", "purged"),
                gem("net-telnet", "0.1.1", "ruby-net-telnet"),
            ],
            gaps: []
        )
    }

    private static let matches = """
        SELECT (packages.name || ' ' || packages.version || ' ' || coalesce(owners.name, '-') || ' ' || vulnerabilities.name)
            COLLATE "C"
        FROM package_vulnerabilities JOIN packages ON packages.id = package_id
            JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
            LEFT JOIN packages AS owners ON owners.id = packages.owner
        WHERE found_until IS NULL ORDER BY 1
        """

    @Test("What the distribution says of the owner outranks the language's advisories, as in a scan of one image")
    func precedence() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            for task in try await store.queued(.inventory) {
                try await store.merge(Self.inventory, of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            try await importing(into: store)
            _ = try await store.rematch()
            let open = ["0001", "0002", "0003", "0004"].map { "CVE-2024-\($0)" }
            #expect(
                try await store.texts(Self.matches)
                    == open.map { "json 2.6.1 - \($0)" } + ["json 2.6.1 libruby3.1 CVE-2024-0004"]
                    + open.map { "json 2.6.2 - \($0)" } + ["libruby3.1 3.1.2-7 - CVE-2024-0003"]
            )
            // What counts for a package that is owned is in the reports, too.
            #expect(
                try await store.texts(
                    "SELECT count(*)::text FROM inventories, unnest(package_owned) AS owned WHERE owned"
                ) == ["2"]
            )
            let report = try await store.vulnerabilityReport("CVE-2024-0004", asOf: "2026-01-01")
            #expect(report?.affected.map(\.version).sorted() == ["2.6.1", "2.6.1", "2.6.2"])
        }
    }

    private func importing(into store: Store) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        var files = ["debian.json": Self.tracker]
        for cve in ["0001", "0002", "0003", "0004"] {
            files["json-\(cve).json"] = Self.advisory("CVE-2024-\(cve)", "json")
        }
        files["net-telnet.json"] = Self.advisory("CVE-2024-0005", "net-telnet")
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let paths = files.keys.sorted().map { folder.appending(path: $0).path }
        _ = try await store.importAdvisories(try AdvisoryImport(paths: paths)) { _ in }
    }
}
