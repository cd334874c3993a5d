import ScanModel
import Testing
import Versions

@testable import Advisories

/// Version pairs are those of Red Hat's VEX for CVE-2023-38545 (curl) and CVE-2025-40907 (perl-FCGI).
struct RPMStatementsTests {
    @Test(
        "A fix in one minor release makes its branch safe, whatever a later release needs",
        arguments: [
            (["1-23.el9"], ["-1-23.el9"]),
            (
                ["7.76.1-23.el9_2.4", "7.76.1-26.el9_3.2"],
                ["-7.76.1-23.el9_2.4", "7.76.1-23.el9_3-7.76.1-26.el9_3.2"]
            ),
            (
                ["1-142.module+el8.8.0+18745+f1bef313", "1-142.module+el8.9.0+21471+7d1e4a35"],
                ["-1-142.module+el8.8.0+18745+f1bef313", "1-142.module+el8.9-1-142.module+el8.9.0+21471+7d1e4a35"]
            ),
            // The fix of a release without a minor number ends no branch.
            (["1-2.el8", "1-5.el8_9"], ["-1-2.el8", "-1-5.el8_9"]),
            // Two fixes in one branch: the later one counts.
            (["1-2.el9_2.1", "1-2.el9_2.3"], ["-1-2.el9_2.1", "-1-2.el9_2.3"]),
            (["1-2.fc38", "1-3.fc39"], ["-1-2.fc38", "-1-3.fc39"]),
            (["1.el9_99999999999999999999-1", "2-1"], ["-1.el9_99999999999999999999-1", "-2-1"]),
        ]
    )
    func branches(versions: [String], expected: [String]) {
        let found = RPMFixes(Set(versions)).intervals.map { "\($0.introduced ?? "")-\($0.fixed)" }
        #expect(found == expected)
    }

    @Test("Builds of one module fix that differ in their context are one fix")
    func contexts() {
        let base = "0.78-12.module+el8.10.0+23147+"
        let versions = ["20b7d289", "63faba8d", "95b68fad", "df114ff4"].map { base + $0 }
        let intervals = RPMFixes(Set(versions)).intervals
        #expect(intervals.count == 1)
        let range = AffectedRange(
            ecosystem: "rhel:8",
            package: "perl-FCGI",
            scheme: .rpm,
            fixed: intervals.first?.fixed,
            fixState: .fixed
        )
        for version in versions { #expect(!range.contains(version)) }
        #expect(range.contains("0.78-11.module+el8.6.0+23193+83e23a7a.1"))
    }

    @Test("The curl of each branch of RHEL 9 is affected before its own fix alone")
    func curl() {
        var statements = RPMStatements()
        for version in ["7.76.1-23.el9_2.4", "7.76.1-26.el9_3.2"] {
            for architecture in ["x86_64", "aarch64", "src"] {
                statements.add(.fixed(version), ecosystem: "rhel:9", package: "curl", architecture: architecture)
            }
        }
        let ranges = statements.ranges()
        #expect(ranges.count == 2)
        #expect(ranges.allSatisfy { $0.architectures == ["aarch64", "x86_64"] })
        func isAffected(_ version: String) -> Bool { ranges.contains { $0.contains(version) } }
        for version in ["7.76.1-19.el9_1.1", "7.76.1-23.el9_2.3", "7.76.1-26.el9", "7.76.1-26.el9_3.1"] {
            #expect(isAffected(version), "\(version)")
        }
        for version in ["7.76.1-23.el9_2.4", "7.76.1-23.el9_2.5", "7.76.1-26.el9_3.2", "7.76.1-29.el9_4"] {
            #expect(!isAffected(version), "\(version)")
        }
    }

    @Test("An architecture that got its fix alone is judged by it alone")
    func architectures() {
        var statements = RPMStatements()
        statements.add(.fixed("1-2.el9_2"), ecosystem: "rhel:9", package: "a", architecture: "x86_64")
        statements.add(.fixed("1-5.el9_3"), ecosystem: "rhel:9", package: "a", architecture: "aarch64")
        let ranges = statements.ranges()
        #expect(ranges.map(\.architectures) == [["x86_64"], ["aarch64"]])
        #expect(ranges.map(\.introduced) == [nil, nil])
    }

    @Test(
        "Architectures restrict where they name machines",
        arguments: [
            (["src"], nil), (["x86_64", "src"], ["x86_64"]), (["noarch", "x86_64"], nil), (["i386"], ["i686"]),
            (["i586", "i686"], ["i686"]),
        ] as [(Set<String>, [String]?)]
    )
    func restrictions(names: Set<String>, expected: [String]?) {
        #expect(RPMArchitecture.restriction(names) == expected)
    }

    @Test(
        "File names and builds come apart",
        arguments: [
            ("delve-0:1.25.2-1.el10_1.aarch64.rpm", "delve", "1.25.2-1.el10_1", "aarch64"),
            (
                "oci-systemd-hook-1:0.1.15-2.git2d0b8a3.module+el8.4.0+557+48ba8b2f.x86_64", "oci-systemd-hook",
                "1:0.1.15-2.git2d0b8a3.module+el8.4.0+557+48ba8b2f", "x86_64"
            ),
        ]
    )
    func names(text: String, name: String, version: String, architecture: String) throws {
        let parsed = try #require(RPMName(nevra: text))
        #expect(parsed.name == name && parsed.version == version && parsed.architecture == architecture)
    }

    @Test(
        "What is no package's name, version and release is none",
        arguments: [
            "", "-", "--", "a", "a-1", "-1-2", "a--2", "a-1-", "ruby:2.7-8080020230427102918.63b34585",
            "perl-FCGI:0.78-8060020250604201935.513b2a65", "389-ds:1.4-8060020230427102918.ce3e8c9c",
        ]
    )
    func noNames(text: String) {
        #expect(RPMName(nevr: text[...]) == nil)
    }

    @Test("Purls of RPM packages are read with epoch, module and encoding")
    func purls() throws {
        let text =
            "pkg:rpm/redhat/perl-FCGI@0.78-11.module%2Bel8.6.0%2B23193?arch=src&epoch=1&rpmmod=perl-FCGI:0.78:806:513"
        let purl = try #require(RPMPackageURL(text))
        #expect(purl.name == "perl-FCGI" && purl.version == "1:0.78-11.module+el8.6.0+23193")
        #expect(purl.architecture == "src" && purl.module == "perl-FCGI:0.78")
        #expect(RPMPackageURL("pkg:rpm/redhat/httpd")?.version == nil)
        for broken in ["pkg:rpm/", "pkg:rpm/a@%", "pkg:rpm/a@%4", "pkg:rpm/a@%+1", "pkg:rpm/@1", "pkg:oci/a@1", ""] {
            #expect(RPMPackageURL(broken) == nil, "\(broken)")
        }
    }

    @Test(
        "Only Enterprise Linux and its extensions are products to match",
        arguments: [
            ("cpe:/a:redhat:enterprise_linux:9::appstream", "rhel:9"),
            ("cpe:/o:redhat:enterprise_linux:10.1", "rhel:10"),
            ("cpe:/o:redhat:enterprise_linux:7::server", "rhel:7"),
            ("cpe:/a:redhat:rhel_eus:9.2::appstream", "rhel:9.2+eus"), ("cpe:/o:redhat:rhel_els:6", "rhel:6+els"),
            ("cpe:/a:redhat:openshift:4.12::el8", nil), ("cpe:/a:redhat:enterprise_linux", nil),
            ("cpe:/a:redhat:enterprise_linux_ai:3", nil), ("cpe:/o:redhat:enterprise_linux:", nil), ("", nil),
        ]
    )
    func products(cpe: String, key: String?) {
        #expect(RedHatProduct.key(cpe: cpe) == key)
    }
}
