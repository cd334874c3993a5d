import AdvisoryFile
import Foundation
import ImageSources
import Matching
import ScanModel
import Testing

@testable import Documents

@Suite struct `Explanations` {
    private static let advisories = [
        #"""
        {"schema_version":"1.6.0","id":"PYSEC-2023-62","aliases":["CVE-2023-30861","GHSA-m2qf-hxjv-5gpq"],
        "modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"flask"},
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.2.5"}]}]}]}
        """#,
        #"""
        {"schema_version":"1.6.0","id":"GHSA-aaaa-aaaa-aaaa","aliases":["CVE-2020-1"],"withdrawn":"2024-02-02T00:00:00Z",
        "modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"flask"},
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}
        """#,
    ]

    private static let tracker = #"""
        {"zlib":{"CVE-2000-1":{"releases":{"bullseye":{"status":"resolved","fixed_version":"2","urgency":"low"}}}},
        "flask":{"CVE-2023-30861":{"releases":{"bookworm":{"status":"resolved","fixed_version":"2.2.2-3",
        "urgency":"low"}}}}}
        """#

    private func explain(_ id: String, _ packages: [InstalledPackage], suppressed: String? = nil) throws
        -> ExplanationDocument
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        var feeds: [String] = []
        for (number, text) in (Self.advisories + [Self.tracker]).enumerated() {
            let feed = folder.appendingPathComponent("feed-\(number).json")
            try Data(text.utf8).write(to: feed)
            feeds.append(feed.path)
        }
        let path = folder.appendingPathComponent("advisories.sqlite").path
        try AdvisoryFile.build(at: path, from: feeds)
        let image = ScannedImage(
            source: "dir:/x",
            inventory: Inventory(
                distro: Distro(id: "debian", versionID: "12", name: "Debian 12"),
                packages: packages,
                gaps: []
            )
        )
        return try ExplanationDocument(id, in: image, advisories: AdvisoryFile(path: path)) { _, _, _ in suppressed }
    }

    private func package(_ type: PackageType, _ name: String, _ version: String, owner: String? = nil)
        -> InstalledPackage
    {
        InstalledPackage(
            package: Package(type: type, name: name, version: version),
            layer: 0,
            paths: ["/\(name)"],
            ownedBy: owner
        )
    }

    @Test(arguments: ["CVE-2023-30861", "cve-2023-30861", "PYSEC-2023-62", "ghsa-M2QF-hxjv-5gpq"])
    func `a flaw is found by each of its names in any case`(id: String) throws {
        let found = try explain(id, [package(.python, "Flask", "2.2.2")])
        #expect(found.id == "CVE-2023-30861" && found.aliases == ["GHSA-m2qf-hxjv-5gpq", "PYSEC-2023-62"])
        #expect(found.verdict == .affected && found.summary == "affected: Flask 2.2.2")
        #expect(
            found.text == """
                CVE-2023-30861 (GHSA-m2qf-hxjv-5gpq and PYSEC-2023-62)
                dir:/x, Debian 12

                affected: Flask 2.2.2

                Flask 2.2.2 (python), /Flask
                  affected: PYSEC-2023-62 of pypi about flask in pypi: < 2.2.5 holds 2.2.2 (2.2.2 < 2.2.5 by pep440)

                """
        )
    }

    @Test func `a version outside the range is told with the comparison`() throws {
        let found = try explain("CVE-2023-30861", [package(.python, "Flask", "2.3.0")])
        #expect(found.verdict == .notAffected)
        #expect(found.text.contains("outside: PYSEC-2023-62 of pypi"))
        #expect(found.text.contains("< 2.2.5 does not hold 2.3.0 (2.3.0 > 2.2.5 by pep440)"))
    }

    @Test func `an owner answers for what it holds`() throws {
        let owned = package(.python, "Flask", "2.2.2", owner: "python3-flask")
        var system = package(.deb, "python3-flask", "2.2.2-3")
        system.package.source = SourcePackage(name: "flask", version: "2.2.2-3")
        let found = try explain("CVE-2023-30861", [system, owned])
        #expect(found.verdict == .notAffected)
        #expect(found.packages.map { $0.statements.map(\.outcome) } == [[.outside], [.ownerAnswers]])
        #expect(found.text.contains("the distribution answers for it with python3-flask 2.2.2-3"))
    }

    @Test func `what is suppressed is affected and says why it needs no work`() throws {
        let found = try explain("CVE-2023-30861", [package(.python, "Flask", "2.2.2")], suppressed: "accepted by x")
        #expect(found.summary == "affected, and suppressed: Flask 2.2.2")
        #expect(found.text.contains("  suppressed: accepted by x\n"))
    }

    @Test func `unknown names, withdrawn advisories and other packages are told apart`() throws {
        let flask = package(.python, "Flask", "2.2.2")
        let unknown = try explain("CVE-1999-1", [flask])
        #expect(unknown.verdict == .unknown && unknown.id == "CVE-1999-1")
        #expect(
            unknown.summary
                == "not reported: no advisory of that name is in the data, which is from debian and pypi"
        )
        let withdrawn = try explain("CVE-2020-1", [flask])
        #expect(withdrawn.verdict == .withdrawn)
        #expect(withdrawn.text.contains("was withdrawn on 2024-02-02T00:00:00Z"))
        #expect(try explain("CVE-2023-30861", []).verdict == .absent)
        let release = try explain("CVE-2000-1", [package(.deb, "zlib", "1")])
        #expect(
            release.summary
                == "not reported: zlib is here, from debian:12, and the advisories speak about it in debian:11"
        )
    }

    @Test func `the document is reproducible and has its schema`() throws {
        let packages = [package(.python, "Flask", "2.2.2")]
        let bytes = try explain("CVE-2023-30861", packages).json()
        #expect(try explain("CVE-2023-30861", packages).json() == bytes)
        let parsed = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(parsed["schema"] as? String == "tallyman.explain/1" && parsed["verdict"] as? String == "affected")
    }
}
