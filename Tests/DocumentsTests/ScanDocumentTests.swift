import AdvisoryFile
import Foundation
import ImageSources
import ScanModel
import Testing

@testable import Documents

@Suite struct `Scan document` {
    private func image(_ packages: [InstalledPackage]) -> ScannedImage {
        ScannedImage(
            source: "dir:/x",
            inventory: Inventory(
                distro: Distro(id: "debian", versionID: "12", name: "Debian 12"),
                packages: packages,
                gaps: [
                    LayerGap(layer: 0, gap: CoverageGap(path: "b", reason: "late")),
                    LayerGap(layer: 0, gap: CoverageGap(path: "a", reason: "early")),
                ]
            )
        )
    }

    private let flask = InstalledPackage(
        package: Package(type: .python, name: "Flask", version: "2.2.2"),
        layer: 0,
        paths: ["/usr/lib/flask/METADATA"]
    )

    private func object(_ document: ScanDocument) throws -> [String: Any] {
        let parsed = try JSONSerialization.jsonObject(with: Data(try document.json()))
        return try #require(parsed as? [String: Any])
    }

    @Test func `the keys of the schema are all there, with null for what is not known`() throws {
        let document = try object(ScanDocument(image([flask]), advisories: nil, version: "1"))
        #expect(
            Set(document.keys) == [
                "schema", "source", "image", "distro", "packages", "vulnerabilities", "policy", "coverage",
                "provenance",
            ]
        )
        #expect(document["schema"] as? String == "tallyman.scan/1")
        #expect(document["policy"] is NSNull)
        let package = try #require((document["packages"] as? [[String: Any]])?.first)
        #expect(
            Set(package.keys) == [
                "type", "name", "version", "arch", "purl", "source", "licenses", "layer", "paths", "ownedBy",
            ]
        )
        #expect(package["purl"] as? String == "pkg:pypi/flask@2.2.2")
        #expect(package["layer"] is NSNull)
        #expect((document["coverage"] as? [[String: Any]])?.compactMap { $0["path"] as? String } == ["a", "b"])
    }

    @Test func `without advisories the table lists packages and says that nothing was matched`() throws {
        let text = try ScanDocument(image([flask]), advisories: nil, version: "1").table()
        #expect(
            text == """
                PACKAGE  VERSION  TYPE
                Flask    2.2.2    python

                NOT LOOKED AT  REASON  LAYER
                a              early
                b              late

                Debian 12; 1 package; not matched against advisories; 2 gaps in coverage

                """
        )
    }

    /// An advisory about Flask before 2.2.5, and a tracker that knows Debian 12.
    private func withAdvisories(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let record = #"""
            {"schema_version":"1.6.0","id":"PYSEC-1","aliases":["CVE-2023-30861"],"modified":"2024-01-01T00:00:00Z",
            "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
            "affected":[{"package":{"ecosystem":"PyPI","name":"flask"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.2.5"}]}]}]}
            """#
        let tracker = #"""
            {"zlib":{"CVE-2000-1":{"releases":{"bookworm":{"status":"resolved","fixed_version":"1","urgency":"low"}}}}}
            """#
        let feeds = [folder.appendingPathComponent("PYSEC-1.json"), folder.appendingPathComponent("debian.json")]
        for (feed, text) in zip(feeds, [record, tracker]) { try Data(text.utf8).write(to: feed) }
        let path = folder.appendingPathComponent("advisories.sqlite").path
        try AdvisoryFile.build(at: path, from: feeds.map(\.path))
        try body(path)
    }

    @Test func `packages are matched unless the distribution answers for them`() throws {
        try withAdvisories { path in
            var owned = flask
            owned.package.version = "2.2.3"
            owned.ownedBy = "python3-flask"
            let system = Package(type: .deb, name: "python3-flask", version: "2.2.3-1")
            let packages = [InstalledPackage(package: system, layer: 0, paths: []), flask, owned]
            let document = try ScanDocument(image(packages), advisories: AdvisoryFile(path: path), version: "1")
            #expect(document.vulnerabilities.map(\.id) == ["CVE-2023-30861"])
            #expect(document.vulnerabilities.first?.package.version == "2.2.2")
            #expect(document.vulnerabilities.first?.fix.versions == ["2.2.5"])
            #expect(document.count(from: .high) == 1)
            #expect(document.count(from: .critical) == 0)
            #expect(document.provenance.advisories.map(\.records) == [1, 1])
            let again = try ScanDocument(image(packages), advisories: AdvisoryFile(path: path), version: "1")
            #expect(try document.json() == again.json())
        }
    }

    @Test func `a release about which there are no advisories is a gap, where packages are of it`() throws {
        try withAdvisories { path in
            let file = try AdvisoryFile(path: path)
            let system = InstalledPackage(
                package: Package(type: .deb, name: "a", version: "1"),
                layer: 0,
                paths: []
            )
            var old = image([system])
            #expect(try ScanDocument(old, advisories: file, version: "1").coverage.map(\.path) == ["a", "b"])
            old.inventory.distro = Distro(id: "debian", versionID: "5", name: "Debian 5")
            let gaps = try ScanDocument(old, advisories: file, version: "1").coverage
            let reason = "there are no advisories about debian 5: its OS packages were matched with none"
            #expect(gaps.map(\.reason) == [reason, "early", "late"])
            #expect(try ScanDocument(old, advisories: nil, version: "1").coverage.count == 2)
            var listed = old
            listed.inventory.packages = [system, system]
            listed.packageDistros = [old.inventory.distro, Distro(id: "debian", versionID: "5", name: "debian-5")]
            let again = try ScanDocument(listed, advisories: file, version: "1").coverage
            #expect(again.map(\.reason) == gaps.map(\.reason))
            old.inventory.packages = [flask]
            #expect(try ScanDocument(old, advisories: file, version: "1").coverage.count == 2)
        }
    }

    @Test func `a vulnerability carries the advisory, the key, the range and the build that it comes from`() throws {
        try withAdvisories { path in
            let document = try object(
                ScanDocument(image([flask]), advisories: AdvisoryFile(path: path), version: "1")
            )
            let row = try #require((document["vulnerabilities"] as? [[String: Any]])?.first)
            let evidence = try #require((row["evidence"] as? [[String: Any]])?.first)
            let advisory = try #require(evidence["advisory"] as? [String: Any])
            let range = try #require(evidence["range"] as? [String: Any])
            #expect(advisory["id"] as? String == "PYSEC-1" && advisory["provider"] as? String == "pypi")
            #expect((advisory["build"] as? String)?.hasPrefix("sha256:") == true)
            #expect(evidence["lookup"] as? [String: String] == ["ecosystem": "pypi", "name": "flask"])
            #expect(evidence["scheme"] as? String == "pep440" && evidence["comparedVersion"] as? String == "2.2.2")
            #expect(range["fixed"] as? String == "2.2.5" && range["lastAffected"] is NSNull)
        }
    }

    @Test func `what two OS packages hold of one package is one row for one flaw`() throws {
        try withAdvisories { path in
            let packages = ["a", "b"].flatMap { owner in
                var held = flask
                held.ownedBy = owner
                return [
                    held,
                    InstalledPackage(package: Package(type: .deb, name: owner, version: "9"), layer: 0, paths: []),
                ]
            }
            let document = try ScanDocument(image(packages), advisories: AdvisoryFile(path: path), version: "1")
            #expect(document.vulnerabilities.map(\.package.purl) == ["pkg:pypi/flask@2.2.2?owner=a"])
        }
    }

    @Test func `with fixes only, a threshold counts only what has a fix`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func record(_ id: String, _ events: String) -> String {
            #"""
            {"schema_version":"1.6.0","id":"\#(id)","modified":"2024-01-01T00:00:00Z","summary":"Flaw of \#(id)",
            "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected":[{"package":{"ecosystem":"PyPI","name":"flask"},
            "ranges":[{"type":"ECOSYSTEM","events":[\#(events)]}]}]}
            """#
        }
        let feeds = [
            record("PYSEC-1", #"{"introduced":"0"}"#), record("PYSEC-2", #"{"introduced":"0"},{"fixed":"2.2.5"}"#),
        ].enumerated().map { ($0.element, folder.appendingPathComponent("PYSEC-\($0.offset).json")) }
        for (text, feed) in feeds { try Data(text.utf8).write(to: feed) }
        let path = folder.appendingPathComponent("advisories.sqlite").path
        try AdvisoryFile.build(at: path, from: feeds.map(\.1.path))
        let file = try AdvisoryFile(path: path)
        let all = try ScanDocument(image([flask]), advisories: file, version: "1")
        #expect(all.count(from: .critical) == 2)
        let fixed = try ScanDocument(image([flask]), advisories: file, onlyFixed: true, version: "1")
        #expect(fixed.vulnerabilities.map(\.id) == ["PYSEC-2"])
        #expect(fixed.vulnerabilities.map(\.summary) == ["Flaw of PYSEC-2"])
        #expect(fixed.count(from: .critical) == 1)
    }

    @Test func `what is exploited comes first, then what is likely to be, then what is severe`() {
        func row(_ id: String, _ severity: Severity, _ epss: Double?, kev: Bool = false) -> VulnerabilityEntry {
            VulnerabilityEntry(
                id: id,
                aliases: [],
                severity: severity,
                cvss: [],
                epss: epss,
                kev: kev,
                package: .init(purl: "", type: .npm, name: "a", version: "1"),
                fix: .init(state: .unknown, versions: []),
                provider: "",
                layer: nil
            )
        }
        let rows = [row("d", .low, nil), row("c", .critical, nil), row("b", .low, 0.9), row("a", .low, 0.1, kev: true)]
        #expect(rows.sorted { $0.isMorePressing(than: $1) }.map(\.id) == ["a", "b", "c", "d"])
    }
}
