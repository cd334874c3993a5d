import Foundation
import TallymanTesting

/// Public advisories, each cut down to what matching needs, in its publisher's own format.
enum KnownFeeds {
    /// Writes all of them into `folder`, with a folder for each publisher.
    static func write(into folder: TemporaryFolder) throws {
        for (name, text) in documents { try folder.write(name, text.utf8) }
    }

    private static let documents: [String: String] = {
        var documents: [String: String] = [
            "debian/tracker.json": debian, "alpine/main.json": alpine, "amazon/updateinfo.xml": amazon,
            "redhat/cve-2023-38545.json": redHat, "nvd/cves.json": nvd,
            "oracle/com.oracle.elsa.xml": oval(
                "com.oracle.elsa",
                "ELSA-2022-1065: openssl security update (IMPORTANT)",
                platform: "Oracle Linux 8",
                package: "openssl-libs",
                fixed: "1:1.1.1k-6.el8_5",
                cve: "CVE-2022-0778"
            ),
            "photon/com.vmware.phsa-photon3.xml": oval(
                "com.vmware.phsa",
                "PHSA-2020:00001 sqlite Security Update. (Important)",
                platform: "Photon OS 3",
                affected: "Photon 3",
                package: "sqlite-libs",
                fixed: "0:3.27.2-5.ph3",
                cve: "CVE-2019-16168"
            ),
            "azurelinux/azurelinux-3.0-oval.xml": oval(
                "com.microsoft.azurelinux",
                "CVE-2024-47191 affecting package oath-toolkit",
                kind: "vulnerability",
                platform: "Azure Linux",
                package: "oath-toolkit",
                fixed: "0:2.6.7-3.azl3",
                cve: "CVE-2024-47191"
            ),
        ]
        for (folder, records) in osv {
            for (index, record) in records.enumerated() { documents["\(folder)/\(index).json"] = record }
        }
        for (name, text) in rubySec + rustSec { documents[name] = text }
        return documents
    }()

    // MARK: Distributions

    private static let debian = """
        {"glibc":{"CVE-2023-4911":{"description":"GLIBC_TUNABLES","releases":{
        "buster":{"status":"resolved","fixed_version":"0","urgency":"unimportant"},
        "bullseye":{"status":"resolved","fixed_version":"2.31-13+deb11u7","urgency":"not yet assigned"},
        "bookworm":{"status":"resolved","fixed_version":"2.36-9+deb12u3","urgency":"not yet assigned"}}}},
        "xz-utils":{"CVE-2024-3094":{"description":"backdoor","releases":{
        "bookworm":{"status":"resolved","fixed_version":"0","urgency":"not yet assigned"},
        "sid":{"status":"resolved","fixed_version":"5.6.1+really5.4.5-1","urgency":"not yet assigned"}}}},
        "zlib":{"CVE-2018-25032":{"description":"memory","releases":{
        "bullseye":{"status":"resolved","fixed_version":"1:1.2.11.dfsg-2+deb11u1","urgency":"not yet assigned"},
        "bookworm":{"status":"resolved","fixed_version":"1:1.2.11.dfsg-4","urgency":"not yet assigned"}}}},
        "tar":{"CVE-2005-2541":{"description":"setuid","releases":{
        "bookworm":{"status":"open","urgency":"unimportant"}}}}}
        """

    private static let alpine = """
        {"distroversion":"v3.18","reponame":"main","urlprefix":"https://dl-cdn.alpinelinux.org/alpine","packages":[
        {"pkg":{"name":"openssl","secfixes":{"3.1.4-r1":["CVE-2023-5678"],"3.1.4-r0":["CVE-2023-5363"],
        "0":["CVE-2022-1292","CVE-2023-4807"]}}},
        {"pkg":{"name":"curl","secfixes":{"8.4.0-r0":["CVE-2023-38545","CVE-2023-38546"]}}}]}
        """

    private static let amazon = """
        <?xml version="1.0"?><updates><update from="linux-security@amazon.com" type="security"><id>ALAS2-2018-939</id>
        <title>kernel</title><issued date="2018-01-11 21:05"/><severity>critical</severity><references>
        <reference id="CVE-2017-5754" type="cve"/></references><pkglist><collection short="amazon-linux-2">
        <name>Amazon Linux 2</name><package arch="x86_64" epoch="0" name="kernel" release="38.79.amzn2" version="4.9.76"/>
        </collection></pkglist></update></updates>
        """

    /// A VEX document with the three answers that Red Hat gives: fixed, will not fix, not affected.
    private static let redHat = """
        {"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"category":"vendor","name":"Red Hat",
        "namespace":"https://www.redhat.com"},"title":"curl","tracking":{"id":"CVE-2023-38545",
        "current_release_date":"2024-01-01T00:00:00+00:00","initial_release_date":"2023-10-11T00:00:00+00:00"}},
        "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[{"category":"product_family",
        "name":"RHEL","branches":[{"category":"product_name","name":"9","product":{"name":"9","product_id":"R9",
        "product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:9::baseos"}}},
        {"category":"product_name","name":"8","product":{"name":"8","product_id":"R8",
        "product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:8::baseos"}}}]},
        {"category":"architecture","name":"x86_64","branches":[{"category":"product_version","name":"libcurl",
        "product":{"name":"libcurl","product_id":"fix","product_identification_helper":
        {"purl":"pkg:rpm/redhat/libcurl@7.76.1-26.el9_3.2?arch=x86_64"}}},{"category":"product_version","name":"curl",
        "product":{"name":"curl","product_id":"curl","product_identification_helper":{"purl":"pkg:rpm/redhat/curl?arch=src"}}}
        ]}]}],"relationships":[{"category":"default_component_of","full_product_name":{"name":"a","product_id":"R9:fix"},
        "product_reference":"fix","relates_to_product_reference":"R9"},{"category":"default_component_of",
        "full_product_name":{"name":"b","product_id":"R8:curl"},"product_reference":"curl",
        "relates_to_product_reference":"R8"}]},"vulnerabilities":[{"cve":"CVE-2023-38545","title":"heap overflow",
        "product_status":{"fixed":["R9:fix"],"known_not_affected":["R8:curl"]},"threats":[{"category":"impact",
        "details":"Important","product_ids":["R9:fix"]}]}]}
        """

    /// An OVAL document with one package of one release.
    private static func oval(
        _ publisher: String,
        _ title: String,
        kind: String = "patch",
        platform: String,
        affected: String? = nil,
        package: String,
        fixed: String,
        cve: String
    ) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><generator/><definitions>
        <definition id="oval:\(publisher):def:1" version="1" class="\(kind)"><metadata><title>\(title)</title>
        <affected family="unix"><platform>\(affected ?? platform)</platform></affected>
        <reference source="CVE" ref_id="\(cve)"/><advisory><severity>Important</severity><cve>\(cve)</cve></advisory>
        </metadata><criteria operator="AND"><criterion comment="\(platform) is installed" test_ref="oval:p:tst:9"/>
        <criterion comment="\(package) is earlier than \(fixed)" test_ref="oval:p:tst:1"/></criteria></definition>
        </definitions><tests><rpminfo_test id="oval:p:tst:1"><object object_ref="oval:p:obj:1"/>
        <state state_ref="oval:p:ste:1"/></rpminfo_test></tests><objects><rpminfo_object id="oval:p:obj:1">
        <name>\(package)</name></rpminfo_object></objects><states><rpminfo_state id="oval:p:ste:1">
        <evr datatype="evr_string" operation="less than">\(fixed)</evr></rpminfo_state></states></oval_definitions>
        """
    }

    // MARK: Programs

    private static let nvd = """
        {"resultsPerPage":2,"startIndex":0,"totalResults":2,"format":"NVD_CVE","version":"2.0","vulnerabilities":[
        {"cve":{"id":"CVE-2023-38545","published":"2023-10-18T04:15:11.077","lastModified":"2024-07-01T00:00:00.000",
        "vulnStatus":"Modified","descriptions":[{"lang":"en","value":"heap overflow in SOCKS5"}],"configurations":[
        {"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,
        "criteria":"cpe:2.3:a:haxx:libcurl:*:*:*:*:*:*:*:*","versionStartIncluding":"7.69.0",
        "versionEndExcluding":"8.4.0"},{"vulnerable":true,"criteria":"cpe:2.3:a:haxx:curl:*:*:*:*:*:*:*:*",
        "versionStartIncluding":"7.69.0","versionEndExcluding":"8.4.0"}]}]}]}},
        {"cve":{"id":"CVE-2022-0778","published":"2022-03-15T17:15:08.513","lastModified":"2024-07-01T00:00:00.000",
        "vulnStatus":"Modified","descriptions":[{"lang":"en","value":"BN_mod_sqrt"}],"configurations":[{"nodes":[
        {"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,
        "criteria":"cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*","versionStartIncluding":"1.1.1",
        "versionEndExcluding":"1.1.1n"}]}]}]}}]}
        """

    // MARK: OSV

    /// One OSV record; each package with its events, an upper bound being the fix.
    private static func record(
        _ id: String,
        _ names: [String],
        _ affected: (ecosystem: String, package: String, ranges: [(introduced: String, fixed: String?)])...,
        summary: String = "a flaw",
        extra: String = ""
    ) -> String {
        let entries = affected.map { entry in
            let events = entry.ranges.map { range in
                #"{"introduced":"\#(range.introduced)"}"# + (range.fixed.map { #",{"fixed":"\#($0)"}"# } ?? "")
            }
            return #"{"package":{"ecosystem":"\#(entry.ecosystem)","name":"\#(entry.package)"},"ranges":[{"type":"#
                + #""ECOSYSTEM","events":[\#(events.joined(separator: ","))]}]}"#
        }
        let aliases = names.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"id":"\#(id)","modified":"2024-01-01T00:00:00Z",\#(extra)"summary":"\#(summary)","#
            + #""aliases":[\#(aliases)],"affected":[\#(entries.joined(separator: ","))]}"#
    }

    private static let ubuntuRecords: [String] = [
        record(
            "UBUNTU-CVE-2021-3156",
            ["CVE-2021-3156"],
            ("Ubuntu:18.04:LTS", "sudo", [("0", "1.8.21p2-3ubuntu1.4")]),
            ("Ubuntu:20.04:LTS", "sudo", [("0", "1.8.31-1ubuntu1.2")]),
            ("Ubuntu:Pro:14.04:LTS", "sudo", [("0", "1.8.9p5-1ubuntu1.5+esm6")])
        )
    ]

    private static let redhatOsvRecords: [String] = [
        record(
            "RHSA-2022:1065",
            ["CVE-2022-0778"],
            ("Red Hat:enterprise_linux:8::baseos", "openssl-libs", [("0", "1:1.1.1k-6.el8_5")]),
            summary: "Important: openssl security update"
        )
    ]

    private static let almalinuxRecords: [String] = [
        record(
            "ALSA-2023:2654",
            ["CVE-2022-25881"],
            ("AlmaLinux:9", "nodejs", [("0", "1:18.14.2-2.module_el9.2.0+29+de583a0b")]),
            summary: "Important: nodejs:18 security, bug fix, and enhancement update"
        )
    ]

    private static let rockyRecords: [String] = [
        record(
            "RLSA-2024:3671",
            ["CVE-2024-27280"],
            ("Rocky Linux:9", "ruby", [("0", "0:3.3.1-2.module+el9.4.0+20787+4c237fd3")]),
            summary: "Moderate: ruby:3.3 security, bug fix, and enhancement update"
        )
    ]

    private static let suseRecords: [String] = [
        record(
            "openSUSE-SU-2016:1623-1",
            ["CVE-2016-1704"],
            ("SUSE:Package Hub 12", "chromium", [("0", "51.0.2704.103-85.3")])
        )
    ]

    private static let pypiRecords: [String] = [
        record(
            "GHSA-j8r2-6x86-q33q",
            ["CVE-2023-32681"],
            ("PyPI", "requests", [("2.3.0", "2.31.0")])
        ),
        record(
            "GHSA-v845-jxx5-vc9f",
            ["CVE-2023-43804"],
            ("PyPI", "urllib3", [("0", "1.26.17"), ("2.0.0", "2.0.6")])
        ),
        record("GHSA-j7hp-h8jx-5ppr", ["CVE-2023-4863"], ("PyPI", "Pillow", [("0", "10.0.1")])),
        record("PYSEC-2018-49", ["CVE-2017-18342"], ("PyPI", "pyyaml", [("0", "5.1")])),
        record(
            "PYSEC-2021-125",
            ["CVE-2021-3532"],
            ("PyPI", "ansible", [("0", nil)]),
            extra: #""withdrawn":"2024-08-02T20:32:38Z","#
        ),
    ]

    private static let npmRecords: [String] = [
        record("GHSA-35jh-r3h4-6jhm", ["CVE-2021-23337"], ("npm", "lodash", [("0", "4.17.21")])),
        record(
            "GHSA-3h5v-q93c-6h6q",
            ["CVE-2024-37890"],
            (
                "npm", "ws",
                [("2.1.0", "5.2.4"), ("6.0.0", "6.2.3"), ("7.0.0", "7.5.10"), ("8.0.0", "8.17.1")]
            )
        ),
    ]

    private static let goRecords: [String] = [
        record(
            "GO-2024-2687",
            ["CVE-2023-45288"],
            ("Go", "stdlib", [("0", "1.21.9"), ("1.22.0-0", "1.22.2")]),
            ("Go", "golang.org/x/net", [("0", "0.23.0")])
        ),
        record(
            "GO-2022-0969",
            ["CVE-2022-27664"],
            ("Go", "golang.org/x/net", [("0", "0.0.0-20220906165146-f3363e06e74c")])
        ),
        record(
            "GO-2024-3005",
            ["CVE-2024-41110"],
            (
                "Go", "github.com/docker/docker",
                [
                    ("20.10.0+incompatible", "25.0.6+incompatible"),
                    ("27.0.0+incompatible", "27.1.1+incompatible"),
                ]
            )
        ),
    ]

    private static let mavenRecords: [String] = [
        record(
            "GHSA-jfh8-c2jp-5v3q",
            ["CVE-2021-44228"],
            (
                "Maven", "org.apache.logging.log4j:log4j-core",
                [("2.0-beta9", "2.3.1"), ("2.4", "2.12.2"), ("2.13.0", "2.15.0")]
            )
        ),
        record(
            "GHSA-36p3-wjmg-h94x",
            ["CVE-2022-22965"],
            ("Maven", "org.springframework:spring-beans", [("0", "5.2.20.RELEASE"), ("5.3.0", "5.3.18")])
        ),
    ]

    private static let packagistRecords: [String] = [
        record(
            "GHSA-h7vf-5wrv-9fhv",
            ["CVE-2022-24894"],
            (
                "Packagist", "symfony/http-kernel",
                [("2.0.0", "4.4.50"), ("5.0.0", "5.4.20"), ("6.0.0", "6.0.20"), ("6.2.0", "6.2.6")]
            )
        )
    ]

    private static let nugetRecords: [String] = [
        record("GHSA-hh2w-p6rv-4g7w", ["CVE-2024-30105"], ("NuGet", "System.Text.Json", [("7.0.0", "8.0.4")])),
        record("GHSA-5crp-9r3c-p9vr", ["CVE-2024-21907"], ("NuGet", "Newtonsoft.Json", [("0", "13.0.1")])),
    ]

    private static let bitnamiRecords: [String] = [
        record("BIT-nginx-2021-23017", ["CVE-2021-23017"], ("Bitnami", "nginx", [("0.6.18", "1.20.1")]))
    ]

    private static let osv: [(folder: String, records: [String])] = [
        ("ubuntu", ubuntuRecords),
        ("redhat-osv", redhatOsvRecords),
        ("almalinux", almalinuxRecords),
        ("rocky", rockyRecords),
        ("suse", suseRecords),
        ("pypi", pypiRecords),
        ("npm", npmRecords),
        ("go", goRecords),
        ("maven", mavenRecords),
        ("packagist", packagistRecords),
        ("nuget", nugetRecords),
        ("bitnami", bitnamiRecords),
    ]

    // MARK: Ruby and Rust

    private static let rubySec = [
        (
            "rubysec/gems/rack/CVE-2022-30123.yml",
            """
            ---
            gem: rack
            cve: 2022-30123
            ghsa: wq4h-7r42-5hrr
            url: https://groups.google.com/g/ruby-security-ann/c/LWB10kWzag8
            title: Possible shell escape sequence injection vulnerability in Rack
            date: 2022-06-27
            description: |
              Text.
            patched_versions:
              - "~> 2.0.9, >= 2.0.9.1"
              - "~> 2.1.4, >= 2.1.4.1"
              - ">= 2.2.3.1"
            """
        ),
        (
            "rubysec/gems/nokogiri/CVE-2022-24836.yml",
            """
            ---
            gem: nokogiri
            cve: 2022-24836
            ghsa: crjr-9rc5-ghw8
            url: https://github.com/sparklemotion/nokogiri/security/advisories/GHSA-crjr-9rc5-ghw8
            title: Inefficient Regular Expression Complexity in Nokogiri
            date: 2022-04-11
            description: |
              Text.
            patched_versions:
              - ">= 1.13.4"
            """
        ),
    ]

    private static let rustSec = [
        (
            "rustsec/crates/regex/RUSTSEC-2022-0013.md",
            """
            ```toml
            [advisory]
            id = "RUSTSEC-2022-0013"
            package = "regex"
            date = "2022-03-08"
            aliases = ["CVE-2022-24713", "GHSA-m5pq-gvj9-9vr8"]
            [versions]
            patched = [">= 1.5.5"]
            ```

            # Regexes with large repetitions on empty sub-expressions take a very long time to parse

            Text.
            """
        ),
        (
            "rustsec/crates/tokio/RUSTSEC-2021-0124.md",
            """
            ```toml
            [advisory]
            id = "RUSTSEC-2021-0124"
            package = "tokio"
            date = "2021-11-16"
            aliases = ["CVE-2021-45710", "GHSA-fg7r-2g4j-5cgr"]
            [versions]
            patched = [">= 1.8.4, < 1.9.0", ">= 1.13.1"]
            unaffected = ["< 0.1.14"]
            ```

            # Data race when sending and receiving after closing a `oneshot` channel

            Text.
            """
        ),
    ]
}
