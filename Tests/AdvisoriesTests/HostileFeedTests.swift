import Bytes
import Foundation
import Glibc
import TallymanTesting
import Testing

@testable import Advisories

struct HostileFeedTests {
    private static let documents: [(importer: any AdvisoryImporter, name: String, text: String)] = [
        (
            SecDBImporter(), "main.json",
            #"{"distroversion":"v3.1","reponame":"m","packages":[{"pkg":{"name":"a","secfixes":{"1":["CVE-2020-1000 X-1"]}}}]}"#
        ),
        (
            SecDBImporter(), "main.yaml",
            "distroversion: v3.1\nreponame: m\npackages:\n  - pkg:\n      name: a\n      secfixes:\n        \"0\":\n"
                + "          - CVE-2020-1000 (x)\n        1: [CVE_2020-1, b]\n"
        ),
        (
            OVALImporter(), "a.xml",
            OVALTests.document(
                criteria:
                    "<criteria operator='AND'><criterion comment='Oracle Linux 8 is installed'/><criteria operator='OR'>"
                    + "<criterion test_ref='oval:p:tst:1' comment='a'/><criterion test_ref='oval:p:tst:4'/></criteria></criteria>",
                rest: OVALTests.tests
            )
        ),
        (
            CVRFImporter(), "a.xml",
            "<cvrfdoc suse=''><Identification><ID>S-1</ID></Identification><Vulnerability><CVE>CVE-2020-1000</CVE>"
                + "<ProductStatuses><Status Type='Fixed'><ProductID>SUSE Linux Enterprise Server 15:a-1-1</ProductID></Status>"
                + "</ProductStatuses></Vulnerability></cvrfdoc>"
        ),
        (
            DebianBulletinImporter(), "list",
            "[29 Mar 2023] DSA-5380-1 x - y\n\t{CVE-2023-1393}\n\t[bullseye] - x 2:1.2\n\t[buster] - x <unfixed>\n"
        ),
        (
            UbuntuNoticeImporter(), "a.json",
            #"{"1-1":{"cves":["CVE-2020-1000"],"timestamp":1e9,"releases":{"jammy":{"sources":{"x":{"version":"1~esm1"}}}}}}"#
        ),
        (
            UbuntuCVEImporter(), "a.json",
            #"{"cves":[{"id":"CVE-2020-1000","packages":[{"name":"x","statuses":[{"status":"released","description":"1-1","release_codename":"jammy"}]}]}]}"#
        ),
        (
            UbuntuVEXImporter(), "a.json",
            #"{"@context":"openvex","@id":"a/CVE-2020-1000","author":"Canonical","statements":[{"status":"fixed","products":[{"@id":"pkg:deb/ubuntu/x@1%2B1?arch=source&distro=esm-infra/focal"}]}]}"#
        ),
        (
            UbuntuTrackerImporter(), "CVE",
            "Candidate: CVE-2020-1000\nDescription:\n x\nCVSS:\n nvd: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H [5.5]\njammy_x: released (1-1)\n"
        ),
        (
            SUSECSAFImporter(), "a.json",
            #"{"document":{"publisher":{"namespace":"https://www.suse.com/"},"tracking":{"id":"S-1"}},"vulnerabilities":[{"cve":"CVE-2020-1000","product_status":{"fixed":["openSUSE Leap 15.5:a-1-1.x86_64"]}}]}"#
        ),
    ]

    private func read(_ index: Int, _ bytes: [UInt8]) -> ImportCounts? {
        let (importer, name, _) = Self.documents[index]
        let file = FeedFile(name: name, content: FileBytes(bytes))
        guard importer.canRead(file) else { return nil }
        _ = importer.origin(of: file, limits: .init())
        // Either answer is right; a trap is not.
        return try? importer.importRecords(from: file, provider: "p", limits: .init()) { _ in }
    }

    @Test(
        "Truncated, changed and random documents give records or an error, never a trap",
        arguments: documents.indices
    )
    func damaged(index: Int) throws {
        let bytes = Array(Self.documents[index].text.utf8)
        #expect((read(index, bytes)?.records ?? 0) > 0)
        for count in bytes.indices { _ = read(index, Array(bytes[..<count])) }
        var random = SeededRandom(seed: UInt64(index))
        for _ in 0..<150 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            _ = read(index, copy)
            _ = read(index, bytes + random.bytes(random.below(40)))
            _ = read(index, random.bytes(random.below(80)))
        }
    }

    private static let held: [(importer: any AdvisoryImporter, name: String, text: String)] = [
        (KEVImporter(), "kev.json", #"{"catalogVersion":"2024.01.01","vulnerabilities":[]}"#),
        (UbuntuCVEImporter(), "cves.json", #"{"cves":[]}"#),
        (UbuntuNoticeImporter(), "notices.json", #"{"notices":[]}"#),
        documents[0], documents[1],
    ]

    @Test(
        "A document that is held as a whole is refused over its bound, so that its values stay within memory",
        arguments: held.indices
    )
    func heldDocuments(index: Int) throws {
        let (importer, name, text) = Self.held[index]
        let file = FeedFile(name: name, content: FileBytes(Array(text.utf8)))
        #expect(importer.canRead(file))
        var limits = AdvisoryLimits()
        limits.maxDocumentBytes = text.utf8.count
        _ = try importer.importRecords(from: file, provider: "p", limits: limits) { _ in }
        limits.maxDocumentBytes -= 1
        let error = #expect(throws: AdvisoryError.self) {
            try importer.importRecords(from: file, provider: "p", limits: limits) { _ in }
        }
        #expect(error?.code == .tooLarge && error?.message.hasPrefix("\(name): ") == true)
    }

    @Test("A record over its bound is not opened to find out whose it is")
    func largeRecord() {
        let affected = #"[{"package":{"ecosystem":"npm","name":"a"}}]"#
        let text = #"{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":\#(affected)}"#
        let file = FeedFile(name: "a.json", content: FileBytes(Array(text.utf8)))
        var limits = AdvisoryLimits()
        #expect(OSVImporter().origin(of: file, limits: limits) == "npm")
        limits.maxRecordBytes = text.utf8.count - 1
        #expect(OSVImporter().origin(of: file, limits: limits) == nil)
    }

    private func refusal(of paths: [String]) -> AdvisoryError? {
        #expect(throws: AdvisoryError.self) { try CollectingSink.importing(paths) }
    }

    @Test("A feed without a usable record is told of with its file and what is wrong with the first")
    func noRecord() throws {
        let folder = try TemporaryFolder()
        let cut = #"{"id":"GHSA-1","modified":"2024-01-01T00:00:00Z","affected":[{"package""#
        let message = try #require(refusal(of: [try folder.write("cut.json", cut.utf8)])).message
        #expect(message.hasPrefix("osv: no usable record; cut.json: ") && message.contains(" at byte "), "\(message)")
    }

    @Test("What is no file to read is told of for what it is, and a pipe is not waited for")
    func noFile() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write("empty.json", "".utf8)
        #expect(refusal(of: [empty])?.message == "empty.json: is empty; was it fetched to its end?")
        let pipe = folder.path + "/pipe.json"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(refusal(of: [pipe])?.message == "\(pipe): not a regular file; name a feed's file, or a folder of them")
        #expect(refusal(of: ["/dev/null"])?.code == .unreadable)
        let schema = try folder.write("kev_schema.json", "{}".utf8)
        #expect(refusal(of: [schema])?.message == "no advisories found; kev_schema.json: a schema")
    }

    @Test("A feed that is damaged before its first entry is told of, and its provider keeps what it had")
    func damagedHead() throws {
        let folder = try TemporaryFolder()
        let whole = RPMBulletinTests.updateinfo
        try folder.write("a/updateinfo.xml", whole.utf8)
        let other = whole.replacing("ALAS2-2018-939", with: "ALAS2-2018-940")
        let path = try folder.write("b/updateinfo.xml", other.utf8)
        var sink = CollectingSink()
        _ = try AdvisoryImport(paths: [folder.path]).run(into: &sink)
        let known = try #require(sink.finished.last)
        #expect(known.provider == "amazon" && sink.finished.count == 1)
        let damaged = whole.replacing("<updates>", with: "<!DOCTYPE x><updates>")
        _ = try folder.write("b/updateinfo.xml", damaged.utf8)
        #expect(throws: AdvisoryError.self) { try AdvisoryImport(paths: [folder.path]).run(into: &sink) }
        #expect(sink.finished == [known])
        let alone = try #require(refusal(of: [path])).message
        #expect(alone.hasPrefix("no advisories found; updateinfo.xml: without an entry of a publisher"), "\(alone)")
    }

    @Test(
        "An ecosystem that is no name gives its records no provider of its own",
        arguments: [
            (#"npm"#, "npm"), (#"Rocky Linux:9"#, "rocky-linux"), (#"crates.io"#, "crates.io"), (#"a\u001b[31m"#, nil),
            (#"a\nb"#, nil), (#"../b"#, nil), (#""#, nil), (String(repeating: "a", count: 65), nil),
        ] as [(String, String?)]
    )
    func ecosystem(_ name: String, _ provider: String?) {
        let text = #"{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"\#(name)"}}]}"#
        let file = FeedFile(name: "a.json", content: FileBytes(Array(text.utf8)))
        #expect(OSVImporter().origin(of: file, limits: .init()) == provider)
    }

    @Test("What a feed says in place of a date cannot stand in the way of later ones")
    func dates() {
        func kev(_ version: String) -> String? {
            let text = #"{"catalogVersion":"\#(version)","vulnerabilities":[]}"#
            return KEVImporter().date(of: FeedFile(name: "kev.json", content: FileBytes(Array(text.utf8))))
        }
        func epss(_ date: String) -> String? {
            let text = "#model_version:v1,score_date:\(date)\ncve,epss\n"
            return EPSSImporter().date(of: FeedFile(name: "epss.csv", content: FileBytes(Array(text.utf8))))
        }
        #expect(kev("2024.05.02") == "2024.05.02" && epss("2024-05-02T00:00:00+0000") == "2024-05-02T00:00:00+0000")
        for text in ["zzzz", "v9", "", "9", "30000", "9.1.1"] { #expect(kev(text) == nil && epss(text) == nil) }
        for text in ["2024-05-02", "2024.05.021", "2024.05.0z"] { #expect(kev(text) == nil) }
        #expect(epss("\u{0}2024-05-02T00:00:00") == nil)
    }
}
