import Bytes
import TallymanTesting
import Testing

@testable import Advisories

/// Mutations of small documents of each format must cost records or the file, never the process.
struct HostileRPMFeedTests {
    private static let cases: [(text: String, importer: any AdvisoryImporter)] = [
        (vex, RedHatCSAFImporter(.vex)), (RPMBulletinTests.errata, RockyErrataImporter()),
        (RPMBulletinTests.bodhi, BodhiImporter()), (RPMBulletinTests.arch, ArchImporter()),
        (RPMBulletinTests.updateinfo, UpdateInfoImporter()), (api, RedHatAPIImporter()),
        (#"{"data":{"a":{"cpes":["cpe:/a:x:y"]}}}"#, RepositoryCPEImporter()),
    ]

    private static let vex = """
        {"document":{"category":"csaf_vex","publisher":{"namespace":"https://www.redhat.com"},"tracking":{"id":"CVE-1"}},
        "product_tree":{"branches":[{"branches":[{"product":{"product_id":"R","product_identification_helper":{"cpe":
        "cpe:/o:redhat:enterprise_linux:9"}}},{"product":{"product_id":"a","product_identification_helper":{"purl":
        "pkg:rpm/redhat/a@1-2.el9_2.4?arch=src&epoch=1&rpmmod=a:1:2:3"}}}]}],"relationships":[{"product_reference":"a",
        "relates_to_product_reference":"R","full_product_name":{"product_id":"R:a"}}]},"vulnerabilities":[{"cve":"CVE-1",
        "product_status":{"fixed":["R:a"],"known_affected":["R:a"]}}]}
        """
    private static let api = """
        {"name":"CVE-1","threat_severity":"Low","public_date":"2020-01-01","affected_release":[{"package":"a-1:2-3.el8_1.2",
        "cpe":"cpe:/o:redhat:enterprise_linux:8"}],"package_state":[{"package_name":"b:1/c","fix_state":"Affected",
        "cpe":"cpe:/o:redhat:enterprise_linux:8"}]}
        """

    @Test("Cut, changed and spliced documents are survived", arguments: cases.indices)
    func mutations(index: Int) throws {
        let (text, importer) = Self.cases[index]
        let bytes = Array(text.utf8)
        #expect(importer.canRead(FeedFile(name: "x", content: .init(bytes))))
        for count in bytes.indices.dropFirst() { read(Array(bytes[..<count]), importer) }
        var random = SeededRandom(seed: UInt64(index))
        for _ in 0..<150 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            read(copy, importer)
            let start = random.below(bytes.count)
            let end = start + random.below(bytes.count - start)
            copy.replaceSubrange(start..<end, with: bytes[random.below(start + 1)...start])
            read(copy, importer)
        }
    }

    private func read(_ bytes: [UInt8], _ importer: any AdvisoryImporter) {
        guard !bytes.isEmpty else { return }
        let file = FeedFile(name: "x", content: .init(bytes))
        _ = importer.canRead(file)
        _ = importer.origin(of: file, limits: .init())
        // A broken frame is refused; everything else is counted.
        _ = try? importer.importRecords(from: file, provider: "p", limits: .init()) { _ in }
    }

    @Test("Limits on statements cost the record")
    func limits() throws {
        var limits = AdvisoryLimits()
        limits.maxRanges = 1
        for (text, importer) in Self.cases.prefix(3) {
            let file = FeedFile(name: "x", content: .init(Array(text.utf8)))
            let counts = try importer.importRecords(from: file, provider: "p", limits: limits) { _ in }
            #expect(counts.skipped > 0)
        }
    }
}
