import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import Documents

@Suite struct `SARIF` {
    private func run(_ document: ScanDocument, limits: SARIFLimits = SARIFLimits()) throws -> [String: Any] {
        let bytes = try JSONEncoder().encode(SARIFReport(document, limits: limits).log)
        let log = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        return try #require((log["runs"] as? [[String: Any]])?.first)
    }

    private func results(_ run: [String: Any]) throws -> [[String: Any]] {
        try #require(run["results"] as? [[String: Any]])
    }

    private func rules(_ run: [String: Any]) throws -> [[String: Any]] {
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        return try #require(driver["rules"] as? [[String: Any]])
    }

    private func notes(_ run: [String: Any]) throws -> [String] {
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        let notes = try #require(invocation["toolExecutionNotifications"] as? [[String: Any]])
        return notes.compactMap { ($0["message"] as? [String: Any])?["text"] as? String }
    }

    private func fingerprints(_ document: ScanDocument) throws -> [String] {
        try results(run(document)).compactMap {
            ($0["partialFingerprints"] as? [String: String])?["primaryLocationLineHash"]
        }
    }

    @Test func `a vulnerability is one rule and each package with it a result that points there`() throws {
        let run = try run(
            SampleScan.document(
                [
                    SampleScan.finding("CVE-2", package: "b"), SampleScan.finding("CVE-1", .low, package: "a"),
                    SampleScan.finding("CVE-1", .critical, package: "b"),
                ],
                packages: [SampleScan.package("a"), SampleScan.package("b")]
            )
        )
        let rules = try rules(run)
        #expect(rules.compactMap { $0["id"] as? String } == ["CVE-1", "CVE-2"])
        let severities = rules.compactMap { ($0["properties"] as? [String: Any])?["security-severity"] as? String }
        #expect(severities == ["9.0", "7.0"])
        for result in try results(run) {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
        }
        #expect(try results(run).compactMap { $0["level"] as? String } == ["error", "error", "note"])
    }

    @Test func `a result says where the package was read and in which layer`() throws {
        let paths = ["/opt/app.jar:lib/a b.jar", "/opt/../x"]
        let run = try run(
            SampleScan.document([SampleScan.finding("CVE-1")], packages: [SampleScan.package(paths: paths)])
        )
        let locations = try #require(try results(run).first?["locations"] as? [[String: Any]])
        let uris = locations.compactMap {
            (($0["physicalLocation"] as? [String: Any])?["artifactLocation"] as? [String: Any])?["uri"] as? String
        }
        #expect(uris == ["opt/app.jar%3Alib/a%20b.jar", "opt/x"])
        let names = locations.compactMap {
            ($0["logicalLocations"] as? [[String: Any]])?.first?["fullyQualifiedName"] as? String
        }
        #expect(names.first == "registry.example:5000/team/app:1.4@\(SampleScan.layer):/opt/app.jar:lib/a b.jar")
    }

    @Test func `an alert stays the same while tag, layer and version of its package change`() throws {
        let before = SampleScan.document([SampleScan.finding("CVE-1")])
        var finding = SampleScan.finding("CVE-1", version: "2.2.3")
        finding.layer = nil
        var package = SampleScan.package(version: "2.2.3")
        package.layer = nil
        let after = SampleScan.document(
            [finding],
            packages: [package],
            reference: "registry.example:5000/team/app@sha256:00"
        )
        #expect(try fingerprints(before) == fingerprints(after))
        let other = SampleScan.document([SampleScan.finding("CVE-1")], reference: "registry.example:5000/team/other")
        #expect(try fingerprints(before) != fingerprints(other))
    }

    @Test func `two versions of one package are two alerts`() throws {
        let document = SampleScan.document(
            [SampleScan.finding("CVE-1"), SampleScan.finding("CVE-1", version: "2.2.3")],
            packages: []
        )
        let found = try fingerprints(document)
        #expect(Set(found).count == 2)
        #expect(found.map { $0.suffix(2) } == [":1", ":2"])
    }

    @Test(
        arguments: [
            (Severity.critical, 9.8, "9.8"), (.critical, 7.5, "9.0"), (.high, nil, "7.0"), (.medium, 9.8, "6.9"),
            (.low, 5.0, "3.9"), (.negligible, 9.8, "0.1"), (.unknown, nil, "0.0"),
        ] as [(Severity, Double?, String)]
    )
    func `the number of a severity never says another word than the severity`(
        severity: Severity,
        score: Double?,
        expected: String
    ) {
        #expect(SampleScan.finding("CVE-1", severity, score: score).securitySeverity == expected)
    }

    @Test func `what is too much for code scanning is cut from the end and told`() throws {
        var limits = SARIFLimits()
        limits.results = 2
        limits.shownResults = 1
        limits.gaps = 1
        let gap = ScanDocument.Gap(layer: SampleScan.layer, path: "a", reason: "too large")
        let run = try run(
            SampleScan.document(
                [
                    SampleScan.finding("CVE-3", .low), SampleScan.finding("CVE-2", .critical),
                    SampleScan.finding("CVE-1", .low, kev: true),
                ],
                coverage: [gap, gap]
            ),
            limits: limits
        )
        #expect(try results(run).compactMap { $0["ruleId"] as? String } == ["CVE-1", "CVE-2"])
        #expect(try rules(run).count == 2)
        let notes = try notes(run)
        #expect(notes.count == 4)
        #expect(notes.first?.hasPrefix("Of 3 findings the 2 most pressing") == true)
        #expect(notes.contains("Not looked at: a: too large"))
        #expect(notes.last == "1 more gap in coverage.")
    }

    @Test func `a scan without advisories does not pass for a clean one`() throws {
        let run = try run(SampleScan.document([], isMatched: false))
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        #expect(invocation["executionSuccessful"] as? Bool == false)
        #expect(try notes(run) == [ScanDocument.unmatchedMessage])
    }

    @Test func `a suppressed finding is there with its reason and comes last`() throws {
        let run = try run(
            SampleScan.document([
                SampleScan.finding("CVE-1", .critical, kev: true, suppression: SampleScan.suppression),
                SampleScan.finding("CVE-2", .low),
            ])
        )
        let results = try results(run)
        #expect(results.compactMap { $0["ruleId"] as? String } == ["CVE-2", "CVE-1"])
        #expect(results.first?["suppressions"] == nil)
        let suppression = try #require((results.last?["suppressions"] as? [[String: String]])?.first)
        #expect(
            suppression["justification"] == "not affected: vulnerable_code_not_present (security team, team.vex.json)"
        )
    }

    @Test func `names cannot make links, places outside of the image or texts without end`() throws {
        for name in HostileText.samples {
            let run = try run(
                SampleScan.document(
                    [SampleScan.finding("CVE-1", package: name, summary: name)],
                    packages: [SampleScan.package(name, paths: [name])]
                )
            )
            let result = try #require(try results(run).first)
            let text = try #require((result["message"] as? [String: String])?["text"])
            #expect(text.unicodeScalars.count < 4000)
            #expect(!text.replacing("\\[", with: "").contains("["))
            let location = try #require((result["locations"] as? [[String: Any]])?.first)
            let place = (location["physicalLocation"] as? [String: Any])?["artifactLocation"] as? [String: String]
            let uri = try #require(place?["uri"])
            #expect(!uri.isEmpty && !uri.hasPrefix("/") && !uri.contains(":") && uri.utf8.count < 20_000)
            #expect(uri.split(separator: "/").allSatisfy { $0 != ".." && $0 != "." })
        }
    }
}
