import Policy
import Testing

@Suite("The gate vulnerabilities")
struct VulnerabilitiesGateTests {
    private func ids(
        _ parameters: KeyValuePairs<String, String>,
        _ image: ImageFacts = Sample.image
    ) throws -> [String] {
        let evaluation = try Sample.evaluate("vulnerabilities/package", parameters, in: image)
        #expect(evaluation.problems.isEmpty)
        return evaluation.findings.map(\.triggerID)
    }

    private static let openssl = "CVE-2023-0001+openssl"
    private static let log4j = "CVE-2021-44228+log4j-core-2.14.1.jar"

    @Test(
        "package picks flaws by severity, kind of package, fix, scores, age and place",
        arguments: [
            (
                ["package_type": "all"],
                [
                    openssl, log4j, "CVE-2020-0003+lodash", "CVE-2020-0004+rake-13.0.6.gemspec",
                    "CVE-2020-0005+Flask-2.0",
                ]
            ),
            (["package_type": "os"], [openssl]),
            (["package_type": "os", "vendor_only": "false"], [openssl, "CVE-2023-0002+openssl"]),
            (["package_type": "all", "severity": "medium", "severity_comparison": "="], []),
            (["package_type": "all", "severity": "medium"], [openssl, log4j]),
            (["package_type": "all", "severity": "critical", "severity_comparison": ">="], [log4j]),
            (["package_type": "os", "severity_comparison": "=", "severity": "unknown"], ["CVE-2020-0006+openssl"]),
            (
                ["package_type": "non-os", "severity": "negligible", "severity_comparison": "<="],
                ["CVE-2020-0005+Flask-2.0"]
            ),
            (["package_type": "all", "fix_available": "true"], [openssl, log4j]),
            (["package_type": "os", "fix_available": "False"], []),
            (["package_type": "all", "cvss_v3_base_score": "7.5"], [openssl, log4j]),
            (["package_type": "all", "cvss_v3_base_score": "9", "cvss_v3_base_score_comparison": ">"], [log4j]),
            (["package_type": "all", "cvss_v3_impact_score": "6.0"], [log4j]),
            (["package_type": "all", "cvss_v3_exploitability_score": "3.91"], []),
            (
                [
                    "package_type": "os", "vendor_cvss_v3_base_score": "5.5",
                    "vendor_cvss_v3_base_score_comparison": "=",
                ], [openssl]
            ),
            (["package_type": "os", "vendor_cvss_v3_base_score": "5.6"], []),
            (["package_type": "os", "vendor_cvss_v3_exploitability_score": "1.8"], [openssl]),
            (["package_type": "os", "vendor_cvss_v3_impact_score": "0.1"], []),
            // What has no scores has -1.
            (
                [
                    "package_type": "non-os", "severity": "low", "severity_comparison": "=", "cvss_v3_base_score": "4",
                    "cvss_v3_base_score_comparison": "<",
                ], ["CVE-2020-0003+lodash", "CVE-2020-0004+rake-13.0.6.gemspec"]
            ),
            // Found sixteen days ago; what nobody dated is old.
            (["package_type": "os", "max_days_since_creation": "16"], [openssl]),
            (["package_type": "os", "max_days_since_creation": "17"], []),
            (["package_type": "all", "fix_available": "true", "max_days_since_fix": "25"], [openssl, log4j]),
            (["package_type": "all", "fix_available": "true", "max_days_since_fix": "26"], [log4j]),
            (["package_type": "os", "max_days_since_fix": "26"], [openssl]),
            (["package_type": "all", "severity": "medium", "package_path_exclude": #".*\.jar"#], [openssl]),
            (["package_type": "all", "severity": "medium", "package_path_exclude": "log4j"], [openssl, log4j]),
        ] as [(KeyValuePairs<String, String>, [String])]
    )
    func package(parameters: KeyValuePairs<String, String>, expected: [String]) throws {
        #expect(try ids(parameters) == expected)
    }

    @Test("package tells the flaw with what the rule asked about")
    func messages() throws {
        let evaluation = try Sample.evaluate(
            "vulnerabilities/package",
            [
                "package_type": "all", "severity": "medium", "fix_available": "true", "max_days_since_creation": "1",
                "max_days_since_fix": "1", "cvss_v3_base_score": "1", "cvss_v3_impact_score": "1",
                "vendor_cvss_v3_base_score": "-2", "vendor_cvss_v3_impact_score": "-2",
            ],
            in: Sample.image
        )
        #expect(
            evaluation.findings.map(\.message) == [
                "HIGH Vulnerability found in os package type (dpkg) - openssl (fixed in: 3.0.13-1)"
                    + "(cvss_v3_base_score=7.5 cvss_v3_impact_score=3.6)"
                    + "(max_days_since_creation=2026-11-10 max_days_since_fix=2026-11-01)"
                    + "(vendor_cvss_v3_base_score=5.5)(CVE-2023-0001 - https://example.org/CVE-2023-0001)",
                "CRITICAL Vulnerability found in non-os package type (java) - /app/lib/log4j-core-2.14.1.jar "
                    + "(fixed in: 2.15.0, 2.12.2)(cvss_v3_base_score=10.0 cvss_v3_impact_score=6.0)"
                    + "(vendor_cvss_v3_base_score=-1.0 vendor_cvss_v3_impact_score=-1.0)(CVE-2021-44228 - l)",
            ]
        )
    }

    @Test(
        "blacklist lists the flaws that are there, by any of their names",
        arguments: [
            (["vulnerability_ids": "CVE-2023-0001, CVE-1,CVE-2021-44228"], "['CVE-2023-0001', 'CVE-2021-44228']"),
            (["vulnerability_ids": "GHSA-jfh8-c2jp-5v3q"], "['GHSA-jfh8-c2jp-5v3q']"),
            (["vulnerability_ids": "CVE-2023-0002"], nil),
            (["vulnerability_ids": "CVE-2023-0002", "vendor_only": "false"], "['CVE-2023-0002']"),
        ] as [(KeyValuePairs<String, String>, String?)]
    )
    func blacklist(parameters: KeyValuePairs<String, String>, list: String?) throws {
        let found = try Sample.messages("vulnerabilities/blacklist", parameters)
        #expect(found == (list.map { ["Blacklisted vulnerabilities detected: \($0)"] } ?? []))
    }

    @Test(
        "stale_feed_data fires for advisories that are older than it allows, and for none",
        arguments: [("1", true), ("2", false)]
    )
    func stale(days: String, fires: Bool) throws {
        let message = "The vulnerability feed for this image distro is older than MAXAGE (\(days)) days"
        let parameters: KeyValuePairs = ["max_days_since_sync": days]
        #expect(
            try Sample.messages("vulnerabilities/stale_feed_data", parameters) == (fires ? [message] : [])
        )
        #expect(try Sample.messages("vulnerabilities/stale_feed_data", parameters, in: ImageFacts()) == [message])
    }

    @Test("vulnerability_data_unavailable fires for distributions that no advisory is about")
    func noData() throws {
        let trigger = "vulnerabilities/vulnerability_data_unavailable"
        #expect(try Sample.messages(trigger).isEmpty)
        var image = Sample.image
        image.advisories = .collected(
            AdvisoryFacts(namespace: "plan9:4", hasDistroRecords: false, oldestSync: Sample.now)
        )
        #expect(
            try Sample.messages(trigger, in: image) == [
                "Distro-specific feed data not found for distro namespace: plan9:4. "
                    + "Cannot perform CVE scan OS/distro packages"
            ]
        )
        #expect(try Sample.messages(trigger, in: ImageFacts()).count == 1)
    }
}
