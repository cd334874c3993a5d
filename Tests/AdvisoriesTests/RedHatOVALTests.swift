import ScanModel
import Testing

@testable import Advisories

struct RedHatOVALTests {
    private static func definition(
        _ id: String,
        kind: String,
        title: String,
        advisory: String = "<cve>CVE-2024-1001</cve>",
        criteria: String,
        cpe: String = "cpe:/a:redhat:enterprise_linux:8::appstream"
    ) -> String {
        """
        <definition class="\(kind)" id="\(id)"><metadata><title>\(title)</title><advisory>\(advisory)<affected_cpe_list>
        <cpe>\(cpe)</cpe></affected_cpe_list></advisory></metadata><criteria operator="OR">
        <criterion comment="Red Hat Enterprise Linux must be installed"/><criteria operator="AND">
        <criterion comment="Red Hat Enterprise Linux 8 is installed"/>\(criteria)</criteria></criteria></definition>
        """
    }

    /// Tests of the packages `names` that only ask whether each is there, as files with unpatched flaws have them.
    private static func tests(_ names: [String]) -> String {
        let tests = names.map { #"<rpminfo_test id="t:\#($0):1"><object object_ref="o:\#($0):1"/></rpminfo_test>"# }
        let objects = names.map { #"<rpminfo_object id="o:\#($0):1"><name>\#($0)</name></rpminfo_object>"# }
        return "<tests>\(tests.joined())</tests><objects>\(objects.joined())</objects>"
    }

    private func ranges(_ definitions: String, _ rest: String = "") throws -> [String] {
        let text = """
            <?xml version="1.0"?><oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>
            \(definitions)</definitions>\(rest)</oval_definitions>
            """
        let (sink, _) = try CollectingSink.importing(document: text, as: "rhel-8.oval.xml")
        return (sink.records["redhat-oval"] ?? []).flatMap { record in
            record.affected.map { range in
                [
                    record.id, range.ecosystem, range.package, range.module ?? "-", range.fixed ?? "-",
                    range.fixState.rawValue,
                ].joined(separator: " ")
            }
        }
    }

    @Test("A bulletin's packages carry the module that it speaks about")
    func patches() throws {
        let text = Self.definition(
            "oval:com.redhat.rhsa:def:20240001",
            kind: "patch",
            title: "RHSA-2024:0001: nodejs:18 security update (Important)",
            criteria: """
                <criterion comment="Module nodejs:18 is enabled"/><criteria operator="OR"><criteria operator="AND">
                <criterion comment="npm is earlier than 1:9.5.0-1.18.14.2.2.module+el8.7.0+1+a"/>
                <criterion comment="npm is signed with Red Hat redhatrelease2 key"/></criteria></criteria>
                """
        )
        #expect(
            try ranges(text) == [
                "RHSA-2024:0001 rhel:8 npm nodejs:18 1:9.5.0-1.18.14.2.2.module+el8.7.0+1+a fixed"
            ]
        )
    }

    @Test("Channels come from the CPEs, and layered products have none")
    func channels() throws {
        let keys = [("cpe:/a:redhat:rhel_eus:8.6::appstream", "rhel:8.6+eus"), ("cpe:/a:redhat:rhel_cluster:5", "")]
        for (cpe, key) in keys {
            let text = Self.definition(
                "oval:com.redhat.rhsa:def:1",
                kind: "patch",
                title: "RHSA-2024:0001: a",
                criteria: #"<criterion comment="a is earlier than 0:1-2.el8"/>"#,
                cpe: cpe
            )
            #expect(try ranges(text) == (key.isEmpty ? [] : ["RHSA-2024:0001 \(key) a - 1-2.el8 fixed"]))
        }
    }

    @Test("Packages without a fix have the state of their component")
    func unpatched() throws {
        let text = Self.definition(
            "oval:com.redhat.cve:def:1",
            kind: "vulnerability",
            title: "CVE-2024-1001 tar: a flaw (moderate)",
            advisory: """
                <cve>CVE-2024-1001</cve><affected><resolution state="Will not fix"><component>tar</component></resolution>
                <resolution state="Affected"><component>cpio</component></resolution></affected>
                """,
            criteria: """
                <criteria operator="OR"><criterion comment="tar is installed" test_ref="t:tar:1"/>
                <criterion comment="cpio is installed" test_ref="t:cpio:1"/></criteria>
                """
        )
        #expect(
            try ranges(text, Self.tests(["tar", "cpio"])) == [
                "CVE-2024-1001 rhel:8 tar - - wont-fix", "CVE-2024-1001 rhel:8 cpio - - not-fixed",
            ]
        )
    }

    @Test("What is listed as unaffected is not affected")
    func unaffected() throws {
        let text = Self.definition(
            "oval:com.redhat.unaffected:def:1",
            kind: "vulnerability",
            title: "Unaffected components for: CVE-2024-1001 zlib: a flaw (moderate)",
            criteria: """
                <criteria operator="AND"><criterion comment="zlib is installed" test_ref="t:zlib:1"/>
                <criterion comment="zlib is not installed" test_ref="t:zlib:1"/></criteria>
                """
        )
        #expect(try ranges(text, Self.tests(["zlib"])) == ["CVE-2024-1001 rhel:8 zlib - 0 fixed"])
    }
}
