import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

struct EvidenceTests {
    private static let bookworm = Distro(id: "debian", versionID: "12", name: "")

    @Test("A finding names each advisory that held, the key it was filed under and the version that was compared")
    func source() throws {
        let range = AffectedRange(
            ecosystem: "debian:12",
            package: "openssl",
            scheme: .dpkg,
            fixed: "3.0.2-1",
            fixState: .fixed
        )
        let other = AffectedRange(
            ecosystem: "debian:12",
            package: "openssl",
            scheme: .dpkg,
            fixed: "2.0-1",
            fixState: .fixed
        )
        let source = TableSource([
            AdvisoryRecord(id: "DSA-1", provider: "debian-dsa", covers: ["CVE-2024-1"], affected: [range]),
            AdvisoryRecord(id: "CVE-2024-1", provider: "debian", affected: [range, other]),
        ])
        let package = Package(
            type: .deb,
            name: "libssl3",
            version: "3.0.1-1+b1",
            source: SourcePackage(name: "openssl", version: "3.0.1-1")
        )
        let found = try MatchPass(source).findings([MatchSubject(package, distro: Self.bookworm)])
        let evidence = try #require(found.first?.first?.evidence)
        #expect(evidence.map(\.advisory) == ["CVE-2024-1", "DSA-1"])
        #expect(evidence.map(\.provider) == ["debian", "debian-dsa"])
        #expect(evidence.allSatisfy { $0.comparedVersion == "3.0.1-1" && $0.range == range })
        #expect(evidence.first?.range.constraint == "< 3.0.2-1")
    }

    @Test("Of listed versions only the compared one is evidence")
    func listed() throws {
        let range = AffectedRange(
            ecosystem: "pypi",
            package: "x",
            scheme: .pep440,
            versions: (0..<500).map { "1.\($0)" },
            isEnumeration: true,
            fixState: .notFixed
        )
        let source = TableSource([AdvisoryRecord(id: "PYSEC-1", provider: "pypi", affected: [range])])
        let subject = MatchSubject(Package(type: .python, name: "x", version: "1.7.0"), distro: nil)
        let evidence = try #require(try MatchPass(source).findings([subject]).first?.first?.evidence)
        #expect(evidence.map(\.range.versions) == [["1.7"]])
        #expect(evidence.first?.range.constraint == "= 1.7")
    }
}
