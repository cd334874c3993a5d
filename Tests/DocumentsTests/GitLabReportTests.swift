import Foundation
import ScanModel
import Testing

@testable import Documents

@Suite struct `GitLab report` {
    private func object(_ document: ScanDocument, asOf time: String? = nil) throws -> [String: Any] {
        let bytes = try document.gitLabReport(asOf: time)
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    private func findings(_ document: ScanDocument) throws -> [[String: Any]] {
        try #require(try object(document)["vulnerabilities"] as? [[String: Any]])
    }

    private func scan(_ report: [String: Any]) throws -> [String: Any] {
        try #require(report["scan"] as? [String: Any])
    }

    @Test func `a finding has its identifiers, its package and what to do`() throws {
        let distro = ScanDocument.DistroEntry(
            id: "debian",
            versionID: "12",
            name: "Debian 12",
            endOfLife: nil,
            support: []
        )
        let finding = try #require(
            try findings(
                SampleScan.document(
                    [
                        SampleScan.finding(
                            "CVE-2023-30861",
                            summary: "Cookies are cached",
                            aliases: ["GHSA-1", "PYSEC-1"]
                        )
                    ],
                    distro: distro
                )
            ).first
        )
        #expect(finding["name"] as? String == "CVE-2023-30861: Cookies are cached")
        #expect(finding["severity"] as? String == "High")
        #expect(finding["solution"] as? String == "Upgrade flask to 2.2.5.")
        let identifiers = try #require(finding["identifiers"] as? [[String: String]])
        #expect(identifiers.map { $0["type"] } == ["cve", "ghsa", "tallyman"])
        #expect(identifiers.first?["url"] == "https://nvd.nist.gov/vuln/detail/CVE-2023-30861")
        let location = try #require(finding["location"] as? [String: Any])
        #expect(location["image"] as? String == "registry.example:5000/team/app:1.4")
        #expect(location["operating_system"] as? String == "debian 12")
        let dependency = try #require(location["dependency"] as? [String: Any])
        #expect(dependency["version"] as? String == "2.2.2")
        #expect(dependency["package"] as? [String: String] == ["name": "flask"])
    }

    @Test(
        arguments: [
            (Severity.critical, "Critical"), (.high, "High"), (.medium, "Medium"), (.low, "Low"), (.negligible, "Info"),
            (.unknown, "Unknown"),
        ] as [(Severity, String)]
    )
    func `severities are GitLab's words`(severity: Severity, word: String) throws {
        let found = try findings(SampleScan.document([SampleScan.finding("CVE-1", severity)]))
        #expect(found.first?["severity"] as? String == word)
    }

    @Test func `the times are those of the advisories, and nothing else that is given for a time`() throws {
        let document = SampleScan.document([])
        for (given, expected) in [
            ("2026-11-25T21:11:03Z", "2026-11-25T21:11:03"), ("2026-11-25", "1970-01-01T00:00:00"),
            ("yesterday, at noon..", "1970-01-01T00:00:00"), (nil, "1970-01-01T00:00:00"),
        ] as [(String?, String)] {
            let scan = try scan(object(document, asOf: given))
            #expect(scan["start_time"] as? String == expected)
            #expect(scan["end_time"] as? String == expected)
        }
    }

    @Test func `copies of a package are one finding, whose identifier outlives a new tag`() throws {
        let rows = [SampleScan.finding("CVE-1"), SampleScan.finding("CVE-1")]
        let found = try findings(SampleScan.document(rows))
        #expect(found.count == 1)
        let later = try findings(SampleScan.document(rows, reference: "registry.example:5000/team/app:1.5"))
        #expect(found.first?["id"] as? String == later.first?["id"] as? String)
        let id = try #require(found.first?["id"] as? String)
        #expect(UUID(uuidString: id) != nil)
    }

    @Test func `suppressed findings are left out, and counted`() throws {
        let report = try object(
            SampleScan.document([SampleScan.finding("CVE-1", suppression: SampleScan.suppression)])
        )
        #expect((report["vulnerabilities"] as? [Any])?.isEmpty == true)
        let messages = try #require(try scan(report)["messages"] as? [[String: String]])
        #expect(messages.first?["value"]?.hasPrefix("1 finding left out") == true)
    }

    @Test func `a scan without advisories is a failed one, and gaps are told`() throws {
        let gap = ScanDocument.Gap(layer: nil, path: "", reason: "encrypted")
        let scan = try scan(object(SampleScan.document([], coverage: [gap], isMatched: false)))
        #expect(scan["status"] as? String == "failure")
        let messages = try #require(scan["messages"] as? [[String: String]])
        #expect(messages.map { $0["level"] } == ["fatal", "warn"])
    }

    @Test func `whatever the names, the limits of the schema hold`() throws {
        for name in HostileText.samples {
            let document = SampleScan.document(
                [SampleScan.finding(name, package: name, version: name, summary: name, aliases: [name])],
                packages: [SampleScan.package(name, version: name, paths: [name])]
            )
            for finding in try findings(document) {
                #expect((finding["name"] as? String)?.unicodeScalars.count ?? 0 <= 255)
                #expect((finding["solution"] as? String)?.unicodeScalars.count ?? 0 <= 7000)
                let identifiers = try #require(finding["identifiers"] as? [[String: String]])
                #expect(identifiers.allSatisfy { $0["name"]?.isEmpty == false && $0["value"]?.isEmpty == false })
            }
        }
    }
}
