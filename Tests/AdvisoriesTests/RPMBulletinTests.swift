import Bytes
import ScanModel
import Testing
import Versions

@testable import Advisories

struct RPMBulletinTests {
    static let errata = """
        {"advisories":[{"name":"RLSA-2025:1","published_at":"2025-11-27T09:11:22.820964+00:00","kind":"Security",
        "synopsis":"Moderate: delve and golang security update","severity":"Moderate","cves":[{"cve":"CVE-2025-58183",
        "cvss3_scoring_vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],"affected_products":[],"packages":[
        {"nevra":"delve-0:1.25.2-1.el10_1.aarch64.rpm","product_name":"Rocky Linux 10 aarch64"},
        {"nevra":"delve-0:1.25.2-1.el10_1.x86_64.rpm","product_name":"Rocky Linux 10 x86_64"},
        {"nevra":"podman-0:1-2.module+el8.4.0+557+48ba8b2f.x86_64.rpm","product_name":"Rocky Linux 8.4 x86_64 (Legacy)",
        "module_name":"container-tools","module_stream":"1.0"},
        {"nevra":"kernel-0:1-2.el8.x86_64.rpm","product_name":"Rocky Linux SIG Cloud 8 x86_64"}]},
        {"name":"RLBA-2025:2","kind":"Bug Fix","cves":[],"affected_products":[],"packages":[
        {"nevra":"x-0:1-2.el8.x86_64.rpm","product_name":"Rocky Linux 8 x86_64"}]},{"affected_products":[]}],"total":3}
        """

    static let bodhi = """
        [{"updateid":"FEDORA-2023-1","type":"security","status":"stable","severity":"urgent","content_type":"rpm",
        "date_stable":"2023-11-24 17:15:38","title":"t","notes":"fixes CVE-2023-9999","url":"https://x/",
        "release":{"id_prefix":"FEDORA","version":"38"},"bugs":[{"title":"CVE-2023-2603 CVE-2023-2602 libcap: x"}],
        "builds":[{"epoch":0,"nvr":"libcap-2.48-7.fc38"},{"epoch":2,"nvr":"vim-9.0-1.fc38"}]},
        {"updateid":"FEDORA-EPEL-2023-2","type":"security","status":"testing","severity":"low","content_type":"rpm",
        "notes":"fixes CVE-2023-9999","release":{"id_prefix":"FEDORA-EPEL","version":"9"},"bugs":[],
        "builds":[{"nvr":"a-1-1.el9"}]},
        {"updateid":"FEDORA-FLATPAK-2023-3","type":"security","status":"stable","content_type":"flatpak",
        "release":{"id_prefix":"FEDORA-FLATPAK","version":"38"},"bugs":[],"builds":[{"nvr":"a-1-1.fc38"}]},
        {"updateid":"FEDORA-2023-4","type":"security","status":"obsolete","content_type":"rpm",
        "release":{"id_prefix":"FEDORA","version":"38"},"bugs":[],"builds":[{"nvr":"a-1-1.fc38"}]}]
        """

    static let arch = """
        [{"name":"AVG-708","packages":["wireshark-cli","wireshark-qt"],"status":"Fixed","severity":"Critical",
        "type":"multiple issues","affected":"2.6.0-1","fixed":"2.6.1-1","issues":["CVE-2018-11362","CVE-2018-11361"]},
        {"name":"AVG-1146","packages":["squid"],"status":"Vulnerable","severity":"High","fixed":null,"issues":["CVE-1"]},
        {"name":"AVG-2","packages":["x"],"status":"Not affected","fixed":null,"issues":[]},
        {"name":"AVG-3","packages":["x"],"status":"Testing","fixed":"2-1","issues":[]},
        {"name":"AVG-4","packages":["x"],"status":"Fixed","fixed":null,"issues":[]}]
        """

    static let updateinfo = """
        <?xml version="1.0"?><updates><update from="linux-security@amazon.com" type="security"><id>ALAS2-2018-939</id>
        <title>kernel</title><issued date="2018-01-11 21:05"/><severity>critical</severity><references>
        <reference id="CVE-2017-5754" type="cve"/><reference id="CVE-2017-5715" type="cve"/></references><pkglist>
        <collection short="amazon-linux-2"><name>Amazon Linux 2</name>
        <package arch="x86_64" epoch="0" name="kernel" release="38.79.amzn2" version="4.9.76"/></collection>
        <collection short="amazon-linux-2---kernel-5.15"><package arch="aarch64" epoch="0" name="kernel"
        release="20.123.amzn2" version="5.15.43"/></collection></pkglist></update>
        <update from="releng@rockylinux.org" type="security"><id>RLSA-2023:3820</id>
        <title>Moderate: mariadb:10.5 security update</title><release>Rocky Linux 9</release><pkglist>
        <collection short="r"><package name="mariadb" arch="x86_64" epoch="3" version="10.5.16" release="2.module+el9.1"/>
        </collection></pkglist><description>fixes CVE-2022-47015 and CVE-2022-1</description></update>
        <update from="updates@fedoraproject.org" type="security"><id>FEDORA-MODULAR-2024-1</id>
        <title>nginx-mainline-3820240218193500.f38</title><release>Fedora 38 Modular</release><references>
        <reference id="2264297" title="TRIAGE CVE-2024-24989 nginx:mainline/nginx"/></references><pkglist>
        <collection short="F38M"><package name="nginx" arch="noarch" version="1.25.4" release="1.module_f38+1+a"/>
        </collection></pkglist></update>
        <update from="updates@fedoraproject.org" type="bugfix"><id>FEDORA-EPEL-2018-1</id><release>Fedora EPEL 6</release>
        <pkglist><collection><package name="z" arch="src" version="1" release="1"/></collection></pkglist></update>
        <update type="security"><id>X-1</id></update></updates>
        """

    private func ranges(_ records: [AdvisoryRecord]?) -> [String] {
        (records ?? []).flatMap(\.affected).map { range in
            [
                range.ecosystem, range.package, range.module, range.introduced, range.fixed, range.fixState.rawValue,
                range.architectures?.joined(separator: "+"),
            ].map { $0 ?? "-" }.joined(separator: " ")
        }
    }

    @Test("Rocky Linux's errata keep their architectures and modules, and leave out special interest groups")
    func rocky() throws {
        let (sink, report) = try CollectingSink.importing(document: Self.errata)
        let records = sink.records["rocky-errata"]
        #expect(report.providers.first?.records == 2 && report.providers.first?.skipped == 1)
        #expect(records?.first?.covers == ["CVE-2025-58183"] && records?.first?.severity == .medium)
        #expect(
            ranges(records) == [
                "rocky:10 delve - - 1.25.2-1.el10_1 fixed aarch64+x86_64",
                "rocky:8 podman container-tools:1.0 - 1-2.module+el8.4.0+557+48ba8b2f fixed x86_64",
            ]
        )
    }

    @Test("Fedora's updates count by their state, and only where they are packages")
    func fedora() throws {
        let (sink, report) = try CollectingSink.importing(document: Self.bodhi)
        let records = sink.records["fedora-bodhi"] ?? []
        #expect(report.providers.first?.records == 4)
        #expect(records.map(\.covers) == [["CVE-2023-2602", "CVE-2023-2603"], ["CVE-2023-9999"], [], []])
        #expect(records.first?.severity == .critical && records.first?.published == "2023-11-24T17:15:38Z")
        #expect(
            ranges(records) == [
                "fedora:38 libcap - - 2.48-7.fc38 fixed -", "fedora:38 vim - - 2:9.0-1.fc38 fixed -",
                "epel:9 a - - 1-1.el9 not-fixed -",
            ]
        )
    }

    @Test("Arch Linux's groups count by their status")
    func archGroups() throws {
        let (sink, report) = try CollectingSink.importing(document: Self.arch)
        #expect(report.providers.first?.records == 4 && report.providers.first?.skipped == 1)
        #expect(sink.records["arch"]?.first?.covers == ["CVE-2018-11361", "CVE-2018-11362"])
        #expect(
            ranges(sink.records["arch"]) == [
                "arch wireshark-cli - - 2.6.1-1 fixed -", "arch wireshark-qt - - 2.6.1-1 fixed -",
                "arch squid - - - not-fixed -", "arch x - - 0 fixed -", "arch x - - 2-1 not-fixed -",
            ]
        )
    }

    @Test("Repositories' update information becomes bulletins of the release that they name")
    func updates() throws {
        let file = FeedFile(name: "updateinfo.xml", content: .init(Array(Self.updateinfo.utf8)))
        let importer = UpdateInfoImporter()
        #expect(importer.canRead(file) && importer.origin(of: file, limits: .init()) == "amazon")
        var records: [AdvisoryRecord] = []
        let counts = try importer.importRecords(from: file, provider: "p", limits: .init()) { item in
            if case .advisory(let record) = item { records.append(record) }
        }
        #expect(counts.records == 4 && counts.skipped == 1)
        #expect(records.first?.published == "2018-01-11T21:05:00Z" && records.first?.severity == .critical)
        #expect(
            records.map(\.covers) == [
                ["CVE-2017-5715", "CVE-2017-5754"], ["CVE-2022-47015"], ["CVE-2024-24989"], [],
            ]
        )
        #expect(
            ranges(records) == [
                "amzn:2 kernel - - 4.9.76-38.79.amzn2 fixed x86_64",
                "amzn:2 kernel - 5.15 5.15.43-20.123.amzn2 fixed aarch64",
                "rocky:9 mariadb mariadb:10.5 - 3:10.5.16-2.module+el9.1 fixed -",
                "fedora:38 nginx nginx:mainline - 1.25.4-1.module_f38+1+a fixed -",
            ]
        )
    }

    @Test("A file that breaks off is refused")
    func truncated() throws {
        for (name, text) in [("a.json", Self.errata), ("a.json", Self.bodhi), ("a.xml", Self.updateinfo)] {
            let cut = String(decoding: text.utf8.dropLast(12), as: UTF8.self)
            #expect(throws: AdvisoryError.self) { try CollectingSink.importing(document: cut, as: name) }
        }
    }

    @Test("CVE names are found in prose, whole ones alone")
    func names() {
        let text = "CVE-2024-1234, (CVE-2023-12345) xCVE-2022-0001 CVE-20-1 CVE-2024- CVE-2024-12 CVE-2024-1234 CVE-"
        #expect(
            CVEText.identifiers(in: [text], limits: .init()) == ["CVE-2022-0001", "CVE-2023-12345", "CVE-2024-1234"]
        )
    }
}
