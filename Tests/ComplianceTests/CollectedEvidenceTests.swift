import Bytes
import ImageInventory
import LayerScan
import MalwareScan
import Policy
import ScanModel
import TallymanTesting
import Testing

@testable import Compliance

@Suite("Secrets and malware, from a layer's bytes to the gates")
struct CollectedEvidenceTests {
    /// Made here, so that none stands in the sources.
    private let token = "ghp_" + String("kR7vXq2LpZ9sTn4WbYc8HdJm3FgAe6UiQo5D".prefix(36))

    private func facts(of tar: TarBuilder, _ plan: CollectionPlan, malware: MalwareScanner? = nil) throws -> ImageFacts
    {
        let scanner = LayerScanner(collection: try FileCollection(plan, malware: malware))
        let layer = try scanner.scan(ArrayProducer(tar.archive, pieceSize: 700), expected: nil)
        var facts = ImageFacts.compliant
        facts.add(FilesFold.fold([layer]), remedy: "collect it")
        return facts
    }

    private func bundle(_ rules: String) throws -> PolicyBundle {
        let text = """
            {"id": "b", "version": "1_0", "policies": [{"id": "p", "version": "1_0", "rules": [\(rules)]}],
             "whitelists": [], "mappings": [{"name": "all", "registry": "*", "repository": "*", "policy_id": "p",
             "image": {"type": "tag", "value": "*"}, "whitelist_ids": []}]}
            """
        return try #require(PolicyBundle.read(Array(text.utf8)).bundle)
    }

    @Test("The gate secret_scans fires for files with secrets and for no others, by the names of rules and files")
    func secrets() throws {
        var tar = TarBuilder()
        tar.file("srv/app/settings.env", "NAME=app\nAPI_TOKEN=\(token)\naws_access_key_id = AKIAQWERTYUIOPASDFGH\n")
        tar.file("srv/app/readme.txt", "nothing in here\n")
        tar.hardlink("srv/app/copy.env", to: "srv/app/settings.env")
        let bundle = try bundle(
            """
            {"gate": "secret_scans", "trigger": "content_regex_checks", "action": "STOP",
             "params": [{"name": "content_regex_name", "value": "AWS_ACCESS_KEY"}]},
            {"gate": "secret_scans", "trigger": "content_regex_checks", "action": "WARN",
             "params": [{"name": "filename_regex", "value": "/srv/app/copy.*"}]},
            {"gate": "secret_scans", "trigger": "content_regex_checks", "action": "WARN",
             "params": [{"name": "content_regex_name", "value": "PRIV_KEY"}, {"name": "match_type", "value": "notfound"}]}
            """
        )
        let facts = try facts(of: tar, bundle.needs)
        let evaluation = bundle.evaluate(facts, as: nil, now: .noon)
        let messages = evaluation.findings.map(\.message)
        #expect(evaluation.problems.isEmpty, "\(evaluation.problems)")
        #expect(
            messages.contains {
                $0.hasPrefix(
                    "Secret content search analyzer found regexp match in container: "
                        + "file=/srv/app/settings.env regexp=AWS_ACCESS_KEY=(?i).*aws_access_key_id( *=+ *)"
                )
            }
        )
        #expect(messages.contains { $0.contains("file=/srv/app/copy.env regexp=github-token=") })
        #expect(!messages.contains { $0.contains("readme") || $0.contains(token.dropFirst(4)) })
        #expect(messages.last?.contains("did not find regexp match") == true)
        #expect(!evaluation.passes)
        let lines = facts.secretMatches.value?.filter { $0.path == "/srv/app/settings.env" }
        #expect(lines?.first { $0.name == "github-token" }?.lines == [2])
        var clean = TarBuilder()
        clean.file("srv/app/readme.txt", "nothing in here\n")
        let passed = bundle.evaluate(try self.facts(of: clean, bundle.needs), as: nil, now: .noon)
        #expect(passed.passes && passed.findings.count == 1)
    }

    @Test("Expressions of one's own are searched for beside the standard ones")
    func ownExpressions() throws {
        var tar = TarBuilder()
        tar.file("a", "key acme_1234\n")
        let plan = CollectionPlan(parts: [.secrets], secretPatterns: [NamedPattern("ACME=.*acme_[0-9]+")])
        let matches = try facts(of: tar, plan).secretMatches.value
        #expect(matches?.map(\.name) == ["ACME"])
        #expect(throws: (any Error).self) {
            try FileCollection(CollectionPlan(parts: [.secrets], secretPatterns: [NamedPattern("A=(")]))
        }
    }

    @Test("Without a scanner nothing is said of malware; with one that is gone the layer is not analysed")
    func malwareUnreachable() throws {
        var tar = TarBuilder()
        tar.file("a", "x")
        let plan = CollectionPlan(parts: [.malware])
        #expect(try facts(of: tar, plan).malwareScans.value == nil)
        let nobody = MalwareScanner(.unix(path: "/tmp/no-such-clamd"))
        #expect(throws: MalwareScanError.self) { try facts(of: tar, plan, malware: nobody) }
    }
}
