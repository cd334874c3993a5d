import ScanModel
import TallymanTesting
import Testing
import Versions

@testable import Advisories

struct RedHatTests {
    /// A VEX document about packages of RHEL 9: `status` by product, as `product_status` has it.
    private static func vex(
        _ status: String,
        packages: [(id: String, purl: String)],
        cpe: String = "cpe:/a:redhat:enterprise_linux:9::appstream",
        remediations: String = "",
        category: String = "csaf_vex",
        id: String = "CVE-2024-1"
    ) -> String {
        let versions = packages.map { package in
            #"{"category":"product_version","name":"n","product":{"name":"n","product_id":"\#(package.id)","#
                + #""product_identification_helper":{"purl":"\#(package.purl)"}}}"#
        }
        let relationships = packages.map { package in
            #"{"category":"default_component_of","full_product_name":{"name":"n","product_id":"R:\#(package.id)"},"#
                + #""product_reference":"\#(package.id)","relates_to_product_reference":"R"}"#
        }
        return """
            {"document":{"category":"\(category)","csaf_version":"2.0","publisher":{"category":"vendor","name":"Red Hat",
            "namespace":"https://www.redhat.com"},"title":"x","tracking":{"id":"\(id)","current_release_date":
            "2025-01-01T00:00:00+00:00","initial_release_date":"2024-01-01T00:00:00+00:00"},"references":[
            {"category":"self","url":"https://access.redhat.com/security/cve/CVE-2024-1"}]},"product_tree":{"branches":[
            {"category":"vendor","name":"Red Hat","branches":[{"category":"product_family","name":"f","branches":[
            {"category":"product_name","name":"R","product":{"name":"R","product_id":"R","product_identification_helper":
            {"cpe":"\(cpe)"}}}]},{"category":"architecture","name":"a","branches":[\(versions.joined(separator: ","))]}]}],
            "relationships":[\(relationships.joined(separator: ","))]},"vulnerabilities":[{"cve":"CVE-2024-1",
            "title":"a flaw","release_date":"2024-01-01T00:00:00+00:00","product_status":{\(status)},"remediations":[
            \(remediations)],"scores":[{"cvss_v3":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},
            "products":["R:a"]}],"threats":[{"category":"impact","details":"Moderate","product_ids":["R:a"]},
            {"category":"impact","details":"Low","product_ids":["R:b"]}]}]}
            """
    }

    @Test("Fixed, affected, not affected and undecided packages are told apart, each with its own rating")
    func statuses() throws {
        let document = Self.vex(
            #""fixed":["R:a"],"known_affected":["R:b","R:c"],"known_not_affected":["R:d"],"under_investigation":["R:e"]"#,
            packages: [
                ("a", "pkg:rpm/redhat/a@1.2-3.el9?arch=x86_64&epoch=4"), ("b", "pkg:rpm/redhat/b?arch=src"),
                ("c", "pkg:rpm/redhat/c"), ("d", "pkg:rpm/redhat/d"), ("e", "pkg:rpm/redhat/e"),
            ],
            remediations: #"{"category":"no_fix_planned","details":"Will not fix","product_ids":["R:b"]},"#
                + #"{"category":"none_available","details":"Affected","product_ids":["R:c"]}"#
        )
        let (sink, report) = try CollectingSink.importing(document: document)
        #expect(report.providers.map(\.provider) == ["redhat"] && report.providers.first?.records == 1)
        let record = try #require(sink.records["redhat"]?.first)
        #expect(record.id == "CVE-2024-1" && record.covers.isEmpty && record.summary == "a flaw")
        #expect(record.severity == .medium && record.cvss.map(\.score) == [7.5])
        let ranges = Dictionary(uniqueKeysWithValues: record.affected.map { ($0.package, $0) })
        #expect(ranges["a"]?.fixed == "4:1.2-3.el9" && ranges["a"]?.severity == .medium)
        #expect(ranges["a"]?.architectures == ["x86_64"] && ranges["a"]?.ecosystem == "rhel:9")
        #expect(ranges["b"]?.fixState == .wontFix && ranges["b"]?.severity == .low && ranges["b"]?.architectures == nil)
        #expect(ranges["c"]?.fixState == .notFixed && ranges["c"]?.fixed == nil)
        #expect(ranges["d"]?.isNotAffected == true)
        #expect(ranges["e"]?.fixState == .unknown)
    }

    @Test("A module's stream is kept, a Flatpak's packages are not, nor what is no RPM")
    func modules() throws {
        let document = Self.vex(
            #""known_affected":["R:a","R:b","R:c","R:unknown"]"#,
            packages: [
                ("a", "pkg:rpm/redhat/redis?rpmmod=redis:6:8100020250113083959:489197e6"),
                ("b", "pkg:rpm/redhat/libreoffice?rpmmod=libreoffice:flatpak"), ("c", "pkg:oci/redis-6-container"),
            ]
        )
        let ranges = try CollectingSink.importing(document: document).0.records["redhat"]?.first?.affected ?? []
        #expect(ranges.map(\.package) == ["redis"] && ranges.map(\.module) == ["redis:6"])
    }

    @Test("An extension of a minor release has a key of its own, and other products have none")
    func channels() throws {
        for (cpe, keys) in [
            ("cpe:/a:redhat:rhel_eus:9.2::appstream", ["rhel:9.2+eus"]), ("cpe:/a:redhat:satellite:6", []),
        ] {
            let document = Self.vex(#""known_affected":["R:a"]"#, packages: [("a", "pkg:rpm/redhat/a")], cpe: cpe)
            let record = try #require(try CollectingSink.importing(document: document).0.records["redhat"]?.first)
            #expect(record.affected.map(\.ecosystem) == keys)
        }
    }

    @Test("An advisory is a bulletin of its flaws under a provider of its own")
    func advisories() throws {
        let document = Self.vex(
            #""fixed":["R:a"]"#,
            packages: [("a", "pkg:rpm/redhat/a@1-1.el9?arch=x86_64")],
            category: "csaf_security_advisory",
            id: "RHSA-2024:1"
        )
        let record = try #require(try CollectingSink.importing(document: document).0.records["redhat-csaf"]?.first)
        #expect(record.id == "RHSA-2024:1" && record.covers == ["CVE-2024-1"] && record.aliases.isEmpty)
    }

    @Test("A document without its frame is counted and named", arguments: ["tracking", "vulnerabilities", "publisher"])
    func damaged(member: String) throws {
        let good = Self.vex(#""fixed":["R:a"]"#, packages: [("a", "pkg:rpm/redhat/a@1-1?arch=x86_64")])
        let folder = try TemporaryFolder()
        try folder.write("vex/a.json", good.utf8)
        try folder.write("vex/b.json", good.utf8.dropLast(2))
        try folder.write("vex/c.json", good.replacing("\"\(member)\"", with: "\"other\"").utf8)
        try folder.write("vex/d.json", good.utf8)
        let (sink, report) = try CollectingSink.importing([folder.path])
        #expect(sink.records["redhat"]?.count == 2)
        // Without its publisher or identifier it is nobody's document, and reported as such.
        let isOurs = member == "vulnerabilities"
        #expect(report.providers.first?.skipped == (isOurs ? 2 : 1))
        #expect(report.skippedFiles.count == (isOurs ? 0 : 1))
    }

    @Test("The security data API's states and releases become ranges of the source")
    func api() throws {
        let text = """
            {"threat_severity":"Moderate","public_date":"2022-04-25T00:00:00Z","bugzilla":{"description":"d"},
            "cvss3":{"cvss3_scoring_vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},"affected_release":[
            {"package":"bind-32:9.11.4-26.P2.el7_9.13","cpe":"cpe:/o:redhat:enterprise_linux:7"},
            {"package":"ruby:2.7-8080020230427102918.63b34585","cpe":"cpe:/a:redhat:enterprise_linux:8"},
            {"cpe":"cpe:/a:redhat:openshift:4"}],"package_state":[
            {"package_name":"ghostscript","fix_state":"Not affected","cpe":"cpe:/o:redhat:enterprise_linux:6"},
            {"package_name":"python39:3.9/python-lxml","fix_state":"Will not fix","cpe":"cpe:/o:redhat:enterprise_linux:8"},
            {"package_name":"gimp:flatpak/ghostscript","fix_state":"Will not fix","cpe":"cpe:/o:redhat:enterprise_linux:8"},
            {"package_name":"bind","fix_state":"Fix deferred","cpe":"cpe:/o:redhat:enterprise_linux:9"}],
            "name":"CVE-2022-1"}
            """
        let record = try #require(try CollectingSink.importing(document: text).0.records["redhat-api"]?.first)
        #expect(record.id == "CVE-2022-1" && record.severity == .medium)
        let found = record.affected.map { range in
            "\(range.ecosystem) \(range.package) \(range.module ?? "-") \(range.fixed ?? "-") \(range.fixState.rawValue)"
        }
        #expect(
            found == [
                "rhel:6 ghostscript - 0 fixed", "rhel:7 bind - 32:9.11.4-26.P2.el7_9.13 fixed",
                "rhel:8 python-lxml python39:3.9 - wont-fix", "rhel:9 bind - - not-fixed",
            ]
        )
    }

    @Test("The map of repositories is counted, and an entry without products is named")
    func repositories() throws {
        let text = #"{"data":{"a":{"cpes":["cpe:/a:x:y"]},"b":{"cpes":[]},"c":{"repo":1}}}"#
        let (_, report) = try CollectingSink.importing(document: text)
        #expect(report.providers.map(\.provider) == ["redhat-repositories"])
        #expect(report.providers.first?.records == 2 && report.providers.first?.skipped == 1)
    }
}
