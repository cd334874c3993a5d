import AdvisoryFile
import Foundation
import ImageSources
import Policy
import ScanModel
import Testing
import VEX

@testable import Documents

@Suite("Policies in documents")
struct PolicyEntryTests {
    private static let config = """
        {"architecture": "arm64", "os": "linux",
         "config": {"User": "app", "ExposedPorts": {"22/tcp": {}}, "Env": ["A=b", 1], "Healthcheck": {"Test": ["NONE"]}},
         "history": [{"created_by": "/bin/sh -c #(nop) ADD file:1 in / "}, {"created_by": 7}, 3]}
        """

    private func image() throws -> ScannedImage {
        ScannedImage(
            source: "docker-archive:x.tar",
            reference: "app:1",
            digest: Digest("sha256:" + String(repeating: "ab", count: 32)),
            imageID: Digest("sha256:" + String(repeating: "cd", count: 32)),
            config: try JSONDecoder().decode(ImageConfig.self, from: Data(Self.config.utf8)),
            inventory: Inventory(
                distro: Distro(id: "rocky", versionID: "9.3", name: "Rocky", idLike: ["rhel", "centos"]),
                packages: [
                    InstalledPackage(
                        package: Package(type: .npm, name: "ms", version: "1.0.0", licenses: ["MIT"]),
                        layer: 0,
                        paths: ["/a/node_modules/ms/package.json", "/b/node_modules/ms/package.json"]
                    ),
                    InstalledPackage(
                        package: Package(type: .rpm, name: "bash", version: "0:5.1-2.el9"),
                        layer: 0,
                        paths: ["/var/lib/rpm/rpmdb.sqlite"]
                    ),
                ],
                gaps: []
            )
        )
    }

    private func withAdvisories(_ body: (AdvisoryFile) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        let record: [String: Any] = [
            "schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2024-1"],
            "modified": "2024-01-01T00:00:00Z", "published": "2024-01-01T00:00:00Z",
            "references": [["type": "ADVISORY", "url": "https://elsewhere.example/ms"]],
            "severity": [["type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]],
            "affected": [
                [
                    "package": ["ecosystem": "npm", "name": "ms"],
                    "ranges": [["type": "SEMVER", "events": [["introduced": "0"], ["fixed": "2.0.0"]]]],
                ]
            ],
        ]
        let feed = folder.appendingPathComponent("feed.json")
        try JSONSerialization.data(withJSONObject: record).write(to: feed)
        let path = folder.appendingPathComponent("advisories.sqlite").path
        try AdvisoryFile.build(at: path, from: [feed.path])
        try body(try AdvisoryFile(path: path))
    }

    private func bundle(_ rules: String, whitelist: String = "") throws -> PolicyBundle {
        let text = """
            {"id": "b", "version": "1_0", "name": "Team", "policies": [{"id": "p", "version": "1_0", "rules": [\(rules)]}],
             "whitelists": [{"id": "w", "version": "1_0", "name": "known", "items": [\(whitelist)]}],
             "mappings": [{"name": "all", "registry": "*", "repository": "*", "image": {"type": "tag", "value": "*"},
               "policy_id": "p", "whitelist_ids": ["w"]}]}
            """
        let reading = PolicyBundle.read(Array(text.utf8))
        #expect(reading.errors.isEmpty, "\(reading.errors)")
        return try #require(reading.bundle)
    }

    private static let severe = """
        {"gate": "vulnerabilities", "trigger": "package", "action": "STOP", "params": [
          {"name": "package_type", "value": "all"}, {"name": "cvss_v3_base_score", "value": "9.0"},
          {"name": "cvss_v3_exploitability_score", "value": "3.9"}, {"name": "cvss_v3_impact_score", "value": "5.9"}]}
        """

    private func document(
        _ bundle: PolicyBundle,
        _ file: AdvisoryFile?,
        suppressions: Suppressions? = nil
    ) throws -> ScanDocument {
        try ScanDocument(
            image(),
            advisories: file,
            suppressions: suppressions,
            onlyFixed: true,
            policy: PolicyQuestion(
                bundle: bundle,
                name: ImageName("app:1"),
                now: try #require(PolicyInstant("2026-01-01T00:00:00Z"))
            ),
            version: "1"
        )
    }

    @Test("A flaw is judged in each place of its package, by its scores and under each of its names")
    func vulnerabilities() throws {
        try withAdvisories { file in
            let stopped = try document(try bundle(Self.severe), file)
            let policy = try #require(stopped.policy)
            #expect(policy.findings.map(\.triggerID) == ["CVE-2024-1+ms", "CVE-2024-1+ms"])
            let message = try #require(policy.findings.first?.message)
            #expect(message.contains("- /a/node_modules/ms/package.json (fixed in: 2.0.0)"))
            #expect(message.hasSuffix("(CVE-2024-1 - https://nvd.nist.gov/vuln/detail/CVE-2024-1)"))
            #expect(policy.status == "fail")
            #expect(policy.problems.isEmpty)
            #expect(stopped.table().contains("policy Team: fail (stop); 2 stop\n"))
            let json = String(decoding: try stopped.json(), as: UTF8.self)
            #expect(json.contains(#""finalAction" : "stop""#))

            let item = #"{"gate": "vulnerabilities", "trigger_id": "GHSA-aaaa-bbbb-cccc+ms"}"#
            let passed = try #require(try document(try bundle(Self.severe, whitelist: item), file).policy)
            #expect(passed.finalAction == .go)
            #expect(passed.findings.allSatisfy { $0.whitelisted?.name == "known" })
        }
    }

    @Test("What an exception covers counts for no policy")
    func suppressed() throws {
        try withAdvisories { file in
            let suppressions = Suppressions(
                documents: [],
                exceptions: [try FindingException(id: "CVE-2024-1", reason: "r", source: "e", justification: nil)],
                today: "2026-01-01"
            )
            #expect(
                try document(try bundle(Self.severe), file, suppressions: suppressions).policy?.findings.isEmpty == true
            )
        }
    }

    @Test("Without advisories a rule about vulnerabilities counts as if it had fired, and says so")
    func noAdvisories() throws {
        let policy = try #require(try document(try bundle(Self.severe), nil).policy)
        #expect(policy.finalAction == .stop)
        #expect(policy.problems.map(\.type) == [.triggerEvaluation])
        #expect(policy.findings.isEmpty)
    }

    @Test("The facts of an image are those of its configuration, distribution and packages")
    func facts() throws {
        let facts = try ImageFacts(image(), found: nil, advisories: nil)
        #expect(facts.imageID == String(repeating: "cd", count: 32))
        #expect(facts.metadata.likeDistro == "rhel,centos")
        #expect(facts.metadata.user == "app")
        #expect(facts.metadata.environment == ["A=b"])
        #expect(facts.dockerfile.value?.text == "FROM scratch\nADD file:1 in /\nUSER app\nEXPOSE 22/tcp")
        let packages = try #require(facts.packages.value)
        #expect(packages.map(\.name) == ["ms", "ms", "bash"])
        #expect(
            packages.map(\.location) == ["/a/node_modules/ms/package.json", "/b/node_modules/ms/package.json", "pkgdb"]
        )
        #expect(packages.last?.version == "0:5.1")
        #expect(packages.last?.release == "2.el9")
        #expect(packages.last?.type == "rpm")
    }
}
