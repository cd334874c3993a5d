import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

struct FindingJoinTests {
    private static func match(
        _ record: Int64,
        fixed: String? = nil,
        state: FixState = .fixed,
        severity: Severity? = nil
    ) -> Match {
        let range = AffectedRange(
            ecosystem: "pypi",
            package: "x",
            scheme: .pep440,
            fixed: fixed,
            fixState: state,
            severity: severity
        )
        return Match(candidate: Candidate(record: record, range: range), comparedVersion: "1")
    }

    private func join(_ records: [Int64: AdvisoryRecord]) -> FindingJoin {
        FindingJoin(
            records: records,
            epss: ["CVE-2024-1": EPSSScore(cve: "CVE-2024-1", score: 0.5, percentile: 0.9)],
            kev: [
                "CVE-2024-1": KEVEntry(
                    cve: "CVE-2024-1",
                    dateAdded: "2024-02-02",
                    dueDate: nil,
                    ransomware: true,
                    name: "n"
                )
            ]
        )
    }

    @Test("Advisories that name each other, also through a third, become one row in any order")
    func aliases() throws {
        let high = try #require(CVSS.parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"))
        let records: [Int64: AdvisoryRecord] = [
            1: AdvisoryRecord(
                id: "PYSEC-2024-9",
                provider: "pypi",
                aliases: ["CVE-2024-1"],
                published: "2024-02-01",
                summary: "s"
            ),
            2: AdvisoryRecord(
                id: "GHSA-a",
                provider: "npm",
                aliases: ["CVE-2024-1"],
                severity: .high,
                cvss: [high],
                published: "2024-01-01"
            ),
            3: AdvisoryRecord(id: "GO-1", provider: "go", aliases: ["GHSA-a"]),
        ]
        let matches = [Self.match(1, fixed: "1.10"), Self.match(2, fixed: "1.9"), Self.match(3, state: .notFixed)]
        let expected = join(records).findings(matches)
        let finding = try #require(expected.first)
        #expect(expected.count == 1)
        #expect(finding.id == "CVE-2024-1")
        #expect(finding.aliases == ["GHSA-a", "GO-1", "PYSEC-2024-9"])
        #expect(finding.severity == .high && finding.cvss == [high])
        #expect(finding.fixState == .fixed && finding.fixedVersions == ["1.9", "1.10"])
        #expect(finding.epss == 0.5 && finding.epssPercentile == 0.9 && finding.kev?.ransomware == true)
        #expect(finding.published == "2024-01-01" && finding.summary == "s" && finding.provider == "go")
        for order in [[2, 0, 1], [1, 2, 0], [2, 1, 0]] {
            #expect(join(records).findings(order.map { matches[$0] }) == expected)
        }
    }

    @Test("A bulletin becomes a row for each CVE it covers")
    func bulletins() {
        let record = AdvisoryRecord(
            id: "ALSA-1",
            provider: "almalinux",
            covers: ["CVE-2024-1", "CVE-2024-2"],
            severity: .high
        )
        let findings = join([1: record]).findings([Self.match(1, fixed: "2")])
        #expect(findings.map(\.id) == ["CVE-2024-1", "CVE-2024-2"])
        #expect(findings.allSatisfy { $0.aliases == ["ALSA-1"] && $0.severity == .high })
    }

    @Test("The distribution's rating comes first")
    func severity() {
        let record = AdvisoryRecord(id: "CVE-2024-7", provider: "debian", severity: .critical)
        #expect(join([1: record]).findings([Self.match(1, severity: .negligible)]).map(\.severity) == [.negligible])
        #expect(join([1: record]).findings([Self.match(1)]).map(\.severity) == [.critical])
    }

    @Test("An unfixed flaw has no fixed version, and a withdrawn record no row")
    func unfixed() {
        let open = AdvisoryRecord(id: "CVE-2024-7", provider: "debian")
        let withdrawn = AdvisoryRecord(id: "CVE-2024-8", provider: "debian", withdrawn: "2024-01-01")
        let findings = join([1: open, 2: withdrawn]).findings([Self.match(1, state: .wontFix), Self.match(2)])
        #expect(findings.map(\.id) == ["CVE-2024-7"])
        #expect(findings.first?.fixState == .wontFix && findings.first?.fixedVersions == [])
    }

    @Test("Identifiers are preferred by kind, CVEs by number")
    func preference() {
        let sorted = ["GO-2024-1", "CVE-2024-10000", "GHSA-b", "CVE-2024-999", "ALSA-1", "CVE-2023-5"]
            .sorted(by: VulnerabilityID.precedes)
        #expect(sorted == ["CVE-2023-5", "CVE-2024-999", "CVE-2024-10000", "GHSA-b", "GO-2024-1", "ALSA-1"])
    }
}
