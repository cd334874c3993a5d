import Testing

@testable import Policy

@Suite("Whitelists")
struct WhitelistTests {
    private func evaluate(_ items: [String], action: String = "STOP") throws -> PolicyEvaluation {
        try Sample.read(
            Sample.bundle(
                [
                    Sample.rule(
                        "vulnerabilities/package",
                        ["package_type": "all", "severity": "high", "severity_comparison": ">="],
                        action: action
                    )
                ],
                whitelist: items
            )
        ).evaluate(Sample.image, as: ImageName("app:1"), now: Sample.now)
    }

    @Test(
        "An item covers a finding by its gate and id, with stars and expressions",
        arguments: [
            ("vulnerabilities", "CVE-2023-0001+openssl", ["CVE-2023-0001"]),
            ("VULNERABILITIES", "CVE-2023-0001+*", ["CVE-2023-0001"]),
            ("vulnerabilities", "*+openssl", ["CVE-2023-0001"]),
            ("vulnerabilities", "*", ["CVE-2023-0001", "CVE-2021-44228"]),
            ("vulnerabilities", "CVE-2023-0001", []), ("vulnerabilities", "cve-2023-0001+*", []),
            ("vulnerabilities", "regexp:CVE-20[0-9]+-[0-9]+.log4j", ["CVE-2021-44228"]),
            ("vulnerabilities", "regexp:0001", []),
            ("anchoresec", "CVE-2023-0001+*", []), ("packages", "*", []),
            // Older lists name flaws of languages' packages as GitHub does.
            ("vulnerabilities", "GHSA-jfh8-c2jp-5v3q+log4j-core-2.14.1.jar", ["CVE-2021-44228"]),
        ]
    )
    func items(gate: String, id: String, covered: [String]) throws {
        let evaluation = try evaluate([Sample.item(gate, id)])
        let passed = evaluation.findings.filter { $0.whitelisted != nil }
        #expect(passed.map { String($0.triggerID.prefix { $0 != "+" }) } == covered)
        #expect(passed.allSatisfy { $0.action == .go })
        #expect(evaluation.finalAction == (covered.count == 2 ? .go : .stop))
    }

    @Test("A jar within another is named as Anchore Engine names it, and by its group as well")
    func shadedJar() {
        let package = PackageFact(
            name: "guava",
            version: "1",
            type: "java",
            isOS: false,
            location: "/sandbox/target/my-app-1.jar:com.google.guava:guava"
        )
        let flaw = VulnerabilityFact(id: "CVE-1", aliases: ["GHSA-1"], severity: .high, package: package)
        #expect(flaw.triggerID == "CVE-1+my-app-1.jar:guava")
        #expect(
            flaw.otherTriggerIDs == [
                "GHSA-1+my-app-1.jar:guava", "CVE-1+my-app-1.jar:com.google.guava:guava",
                "GHSA-1+my-app-1.jar:com.google.guava:guava",
            ]
        )
    }

    @Test(
        "An item counts until the moment at which it expires",
        arguments: [
            ("2026-11-26T12:00:01Z", true), ("2026-11-26T12:00:00Z", false), ("2026-11-26T11:59:59.999Z", false),
            ("2026-11-26T13:00:00+02:00", false), ("2026-11-26T11:30:00-01:00", true),
            ("2099-01-01T00:00:00:123Z", true),
            ("2020-02-29T00:00:00Z", false),
        ]
    )
    func expiry(expires: String, counts: Bool) throws {
        let evaluation = try evaluate([Sample.item("vulnerabilities", "*", expires: expires)])
        #expect(evaluation.finalAction == (counts ? .go : .stop))
    }

    @Test("The first item that covers a finding is named, expired ones aside")
    func firstItem() throws {
        let evaluation = try evaluate([
            Sample.item("vulnerabilities", "CVE-2023-0001+openssl", expires: "2020-01-01T00:00:00Z", id: "old"),
            Sample.item("vulnerabilities", "CVE-9*", id: "other"),
            Sample.item("vulnerabilities", "regexp:CVE-2023", id: "third"),
            Sample.item("vulnerabilities", "CVE-2023-0001+openssl", id: "fourth"),
            Sample.item("vulnerabilities", "*", id: "all"),
        ])
        #expect(evaluation.findings.map { $0.whitelisted?.itemID } == ["third", "all"])
        #expect(evaluation.findings.first?.whitelisted?.whitelistName == "L")
        #expect(evaluation.findings.first?.whitelisted?.whitelistID == "list-1")
    }

    @Test("Findings are covered by hashed ids as well, and by lists of tens of thousands of items")
    func hashed() throws {
        let many = (0..<30_000).map { Sample.item("dockerfile", "CVE-2000-\($0)+*", id: "\($0)") }
        let bundle = try Sample.read(
            Sample.bundle(
                [Sample.rule("dockerfile/instruction", ["instruction": "HEALTHCHECK", "check": "not_exists"])],
                whitelist: many + [Sample.item("dockerfile", "41cb7cdf04850e33a11f80c42bf660b3", id: "known")]
            )
        )
        let evaluation = bundle.evaluate(Sample.image, as: nil, now: Sample.now)
        #expect(evaluation.findings.map { $0.whitelisted?.itemID } == ["known"])
        #expect(evaluation.finalAction == .go)
    }
}
