import ScanModel
import Testing
import Versions

@testable import Advisories

struct OVALTests {
    /// A document of a publisher with one definition; tests, objects and states carry numbers of their own.
    static func document(
        _ publisher: String = "com.oracle.elsa",
        kind: String = "patch",
        metadata: String = "<title>ELSA-2023-1: x security update (IMPORTANT)</title>",
        criteria: String,
        rest: String = ""
    ) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:l="x"><generator/><definitions>
        <definition id="oval:\(publisher):def:1" version="1" class="\(kind)"><metadata>\(metadata)</metadata>\(criteria)
        </definition></definitions>\(rest)</oval_definitions>
        """
    }

    /// Tests of `bind < 1-2` (1), `bind >= 1` (2), a signature (3), `kernel == 0` (4), all of `tar` (5), `x <= 3-1` (6).
    static let tests = """
        <tests><l:rpminfo_test id="oval:p:tst:1"><l:object object_ref="oval:p:obj:1"/><l:state state_ref="oval:p:ste:1"/>
        </l:rpminfo_test><t id="oval:p:tst:2"><object object_ref="oval:p:obj:1"/><state state_ref="oval:p:ste:2"/></t>
        <t id="oval:p:tst:3"><object object_ref="oval:p:obj:1"/><state state_ref="oval:p:ste:3"/></t>
        <t id="oval:p:tst:4"><object object_ref="oval:p:obj:2"/><state state_ref="oval:p:ste:4"/></t>
        <t id="oval:p:tst:5"><object object_ref="oval:p:obj:3"/></t>
        <t id="oval:p:tst:6"><object object_ref="oval:p:obj:4"/><state state_ref="oval:p:ste:6"/></t></tests>
        <objects><o id="oval:p:obj:1"><name>bind</name></o><o id="oval:p:obj:2"><name>kernel</name></o>
        <o id="oval:p:obj:3"><name>tar</name></o><o id="oval:p:obj:4"><name>x</name></o></objects>
        <states><s id="oval:p:ste:1"><arch operation="pattern match">x86_64|i686</arch>
        <l:evr datatype="evr_string" operation="less than">0:1-2.module+el8</l:evr></s>
        <s id="oval:p:ste:2"><evr operation="greater than or equal">0:1-0</evr></s>
        <s id="oval:p:ste:3"><signature_keyid operation="equals">72f97b74ec551f03</signature_keyid></s>
        <s id="oval:p:ste:4"><version operation="equals">0</version></s>
        <s id="oval:p:ste:6"><evr operation="less than or equal"> 2:3-1 </evr></s></states>
        """

    private func records(_ document: String, as name: String = "a.xml") throws -> [AdvisoryRecord] {
        try CollectingSink.importing(document: document, as: name).0.records.values.flatMap { $0 }
    }

    private func intervals(_ record: AdvisoryRecord?) -> [String] {
        (record?.affected ?? []).map { range in
            "\(range.ecosystem) \(range.package) \(range.introduced ?? "")..\(range.fixed ?? range.lastAffected ?? "")"
        }
    }

    @Test("The product around a package tells its release, a module its stream; architectures and signatures nothing")
    func conditions() throws {
        let criteria = """
            <criteria operator="AND"><criterion comment="Oracle Linux 8 is installed" test_ref="oval:p:tst:90"/>
            <criteria operator="OR"><criteria operator="AND"><criterion comment="Oracle Linux arch is x86_64"/>
            <criterion comment="Module bind:9.16 is enabled" test_ref="oval:p:tst:91"/><criteria operator="OR">
            <criteria operator="AND"><criterion comment="bind is earlier than 0:1-2" test_ref="oval:p:tst:1"/>
            <criterion comment="bind is signed with the Oracle Linux 8 key" test_ref="oval:p:tst:3"/></criteria></criteria>
            </criteria><criteria operator="AND"><criterion comment="Oracle Linux arch is aarch64"/>
            <criterion comment="Module bind:9.16 is enabled" test_ref="oval:p:tst:91"/>
            <criterion comment="bind is earlier than 0:1-2" test_ref="oval:p:tst:1"/></criteria></criteria></criteria>
            """
        let metadata = """
            <title>\nELSA-2023-1:  bind:9.16 security update (IMPORTANT)\n</title><affected><platform>Oracle Linux 8</platform>
            </affected><reference source="CVE" ref_id="CVE-2023-0664" ref_url="https://linux.oracle.com/cve/CVE-2023-0664.html"/>
            <advisory><severity>IMPORTANT</severity><issued date="2023-05-15"/>
            <cve cvss3="7.8/CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H">CVE-2023-0664</cve></advisory>
            """
        let document = Self.document(metadata: metadata, criteria: criteria, rest: Self.tests)
        let record = try #require(try records(document).first)
        #expect(record.id == "ELSA-2023-1" && record.covers == ["CVE-2023-0664"] && record.severity == .high)
        #expect(record.cvss.map(\.score) == [7.8] && record.published == "2023-05-15" && record.provider == "oracle")
        #expect(intervals(record) == ["oracle:8 bind ..1-2.module+el8"])
        #expect(record.affected.first?.module == "bind:9.16" && record.affected.first?.scheme == .rpm)
    }

    @Test("States become bounds: before, up to, from, never and always")
    func bounds() throws {
        let criteria = """
            <criteria operator="AND"><criterion comment="Oracle Linux 9 is installed"/><criteria operator="OR">
            <criteria operator="AND"><criterion test_ref="oval:p:tst:2" comment="a"/>
            <criterion test_ref="oval:p:tst:1" comment="b"/></criteria>
            <criterion test_ref="oval:p:tst:4" comment="c"/><criterion test_ref="oval:p:tst:5" comment="d"/>
            <criterion test_ref="oval:p:tst:6" comment="e"/><criterion test_ref="oval:p:tst:1" negate="true"/></criteria>
            </criteria>
            """
        let record = try records(Self.document(criteria: criteria, rest: Self.tests)).first
        #expect(
            intervals(record) == [
                "oracle:9 bind 1-0..1-2.module+el8", "oracle:9 kernel ..0", "oracle:9 tar ..", "oracle:9 x ..2:3-1",
            ]
        )
        #expect(record?.affected.map(\.fixState) == [.fixed, .fixed, .notFixed, .unknown])
        #expect(record?.affected.map(\.isNotAffected) == [false, true, false, false])
    }

    @Test("A test that the document lacks is understood by its comment")
    func comments() throws {
        let criteria = """
            <criteria operator="AND"><criteria operator="OR">
            <criterion comment="SUSE Linux Enterprise Module for Basesystem 15 SP5 is installed"/>
            <criterion comment="SUSE Manager Proxy 4.1 is installed"/></criteria><criteria operator="OR">
            <criterion comment="kernel-default is not affected"/><criterion comment="tar is affected"/>
            <criterion comment="python3-base-3.6.15-150300.10.27.1 is installed"/>
            <criterion comment="krb5-32bit less than 1.4.3-19.49"/><criterion comment="krb5 is signed with openSUSE key"/>
            </criteria></criteria>
            """
        let metadata = "<title>CVE-2023-1000</title><advisory><severity>Moderate</severity></advisory>"
        let document = Self.document(
            "org.opensuse.security",
            kind: "vulnerability",
            metadata: metadata,
            criteria: criteria
        )
        let record = try #require(try records(document).first)
        #expect(
            intervals(record) == [
                "sles:15.5 kernel-default ..0", "sles:15.5 tar ..", "sles:15.5 python3-base ..3.6.15-150300.10.27.1",
                "sles:15.5 krb5-32bit ..1.4.3-19.49",
            ]
        )
        #expect(record.affected.allSatisfy { $0.severity == .medium })
    }

    @Test(
        "SUSE's products are filed under the release that their packages are installed in",
        arguments: [
            ("SUSE Linux Enterprise Server 15 SP5", "sles:15.5"),
            ("SUSE Linux Enterprise Server 12 SP2-BCL", "sles:12.2"),
            ("SUSE Linux Enterprise Server 15-LTSS", "sles:15"), ("SUSE Linux Enterprise Server 16.0", "sles:16.0"),
            ("SUSE Linux Enterprise Server for SAP Applications 15 SP1", "sles:15.1"),
            ("SUSE Linux Enterprise Micro 5.3", "sle-micro:5.3"), ("SUSE Linux Micro 6.0", "sl-micro:6.0"),
            ("openSUSE Leap 15.2", "opensuse-leap:15.2"), ("openSUSE Leap Micro 5.2", "opensuse-leap-micro:5.2"),
            ("openSUSE Tumbleweed", "opensuse-tumbleweed"), ("openSUSE 13.2", "opensuse:13.2"),
            ("suse102", "opensuse:10.2"), ("sles10-sp4-sdk", "sles:10.4"), ("SUSE Package Hub 12 SP1", "sles:12.1"),
            ("SUSE Manager Server 4.2", nil), ("", nil), ("SUSE", nil),
        ] as [(String, String?)]
    )
    func suseProducts(product: String, key: String?) {
        #expect(SUSEProduct.release(product) == key)
    }

    @Test("Ubuntu's packages are sources, its states words, and its channels keys of their own")
    func ubuntu() throws {
        let criteria = """
            <criteria><criteria operator="OR"><criterion test_ref="oval:u:tst:1"
            comment="openssh package in jammy was vulnerable but has been fixed (note: '1:8.9p1-3ubuntu0.5')."/>
            <criterion test_ref="oval:u:tst:2" comment="asyncssh package in esm-apps/jammy was vulnerable but has been fixed."/>
            <criterion test_ref="oval:u:tst:3" comment="dropbear package in jammy is affected and needs fixing."/>
            <criterion test_ref="oval:u:tst:4" comment="putty package in jammy is affected, but a decision has been made to ignore."/>
            <criterion test_ref="oval:u:tst:5" comment="While related, the 'x' package in jammy is not affected."/>
            </criteria></criteria>
            """
        let names = ["openssh", "python-asyncssh", "dropbear", "putty", "x"]
        let tests = names.indices.map { index in
            let state = index < 2 ? "<state state_ref='oval:u:ste:\(index + 1)'/>" : ""
            return "<t id='oval:u:tst:\(index + 1)'><object object_ref='oval:u:obj:\(index + 1)'/>\(state)</t>"
        }
        let objects = names.enumerated().map { index, name in
            "<o id='oval:u:obj:\(index + 1)' comment=\"The '\(name)' package binaries\"><name var_ref='oval:u:var:1'/></o>"
        }
        let rest = """
            <tests>\(tests.joined())</tests><objects>\(objects.joined())</objects><states>
            <s id="oval:u:ste:1"><subexpression datatype="debian_evr_string" operation="less than">1:8.9p1-3ubuntu0.5
            </subexpression></s><s id="oval:u:ste:2"><evr datatype="debian_evr_string" operation="less than">0:2.5.0-1~esm1</evr></s>
            </states><variables><constant_variable id="oval:u:var:1"><value>^openssh-client(?::\\w+|)\\s+(.*)$</value>
            </constant_variable></variables>
            """
        let metadata = """
            <title>CVE-2023-48795 on Ubuntu 22.04 LTS (jammy) - medium</title><affected><platform>Ubuntu 22.04 LTS</platform>
            </affected><advisory><severity>Medium</severity><public_date>2023-12-18 15:00:00 UTC</public_date></advisory>
            """
        let document = Self.document(
            "com.ubuntu.jammy",
            kind: "vulnerability",
            metadata: metadata,
            criteria: criteria,
            rest: rest
        )
        let record = try #require(try records(document).first)
        #expect(record.id == "CVE-2023-48795" && record.published == "2023-12-18" && record.provider == "ubuntu-oval")
        #expect(
            intervals(record) == [
                "ubuntu:22.04 openssh ..1:8.9p1-3ubuntu0.5", "ubuntu-pro:22.04 python-asyncssh ..2.5.0-1~esm1",
                "ubuntu:22.04 dropbear ..", "ubuntu:22.04 putty ..", "ubuntu:22.04 x ..0",
                "ubuntu:22.04 python-asyncssh ..2.5.0-1~esm1",
            ]
        )
        #expect(record.affected.map(\.fixState) == [.fixed, .fixed, .notFixed, .wontFix, .fixed, .notFixed])
    }

    @Test(
        "Microsoft's release stands in the name of the file",
        arguments: [("3.0", "azurelinux:3"), ("4.0", "azurelinux:4")]
    )
    func azureLinux(release: String, key: String) throws {
        let metadata = """
            <title>CVE-2024-47191 affecting package x</title><affected><platform>Azure Linux</platform></affected>
            <patchable>false</patchable><severity>High</severity>
            """
        let criteria = #"<criteria operator="AND"><criterion test_ref="oval:p:tst:6" comment="x"/></criteria>"#
        let document = Self.document(
            "com.microsoft.azurelinux",
            kind: "vulnerability",
            metadata: metadata,
            criteria: criteria,
            rest: Self.tests
        )
        let record = try records(document, as: "azurelinux-\(release)-oval.xml").first
        #expect(intervals(record) == ["\(key) x ..2:3-1"] && record?.affected.first?.fixState == .notFixed)
    }

    @Test("A document that breaks off, or that could expand, is refused")
    func damaged() throws {
        let document = Self.document(criteria: "<criteria/>", rest: Self.tests)
        for text in [String(document.dropLast(5)), document.replacing("<generator/>", with: "&x;")] {
            #expect(throws: AdvisoryError.self) { try CollectingSink.importing(document: text, as: "a.xml") }
        }
    }

    @Test("Criteria as deep as the reader allows, and as many as memory does, are read in linear time")
    func large() throws {
        let deep = String(repeating: "<criteria operator='AND'>", count: 100)
        let leaves = String(
            repeating:
                "<criterion test_ref='oval:p:tst:1' comment='a'/><criterion comment='Oracle Linux 8 is installed'/>",
            count: 5000
        )
        let criteria = deep + leaves + String(repeating: "</criteria>", count: 100)
        let record = try records(Self.document(criteria: criteria, rest: Self.tests)).first
        #expect(record?.affected.count == 1)
    }
}
