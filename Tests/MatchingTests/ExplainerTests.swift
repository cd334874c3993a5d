import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

struct ExplainerTests {
    private static let alma = Distro(id: "almalinux", versionID: "9.4", name: "")
    private static let bookworm = Distro(id: "debian", versionID: "12", name: "")

    private static func range(
        _ ecosystem: String,
        _ name: String,
        _ scheme: VersionScheme,
        fixed: String?,
        module: String? = nil,
        architectures: [String]? = nil
    ) -> AffectedRange {
        AffectedRange(
            ecosystem: ecosystem,
            package: name,
            scheme: scheme,
            fixed: fixed,
            fixState: fixed == nil ? .notFixed : .fixed,
            module: module,
            architectures: architectures
        )
    }

    private func explain(
        _ records: [AdvisoryRecord],
        _ subjects: [MatchSubject],
        precedence: [MatchSubject: OwnerPrecedence] = [:]
    ) -> Explanation {
        let numbered = Dictionary(uniqueKeysWithValues: records.enumerated().map { (Int64($0.offset), $0.element) })
        let flaw = FlawAdvisories(
            names: Set(records.flatMap(\.flawNames)),
            records: numbered,
            candidates: records.enumerated().flatMap { number, record in
                record.isWithdrawn ? [] : record.affected.map { Candidate(record: Int64(number), range: $0) }
            }
        )
        return Explainer(flaw).explanation(of: subjects, precedence: precedence)
    }

    private func record(_ range: AffectedRange..., withdrawn: String? = nil) -> AdvisoryRecord {
        AdvisoryRecord(id: "CVE-2024-1", provider: "p", withdrawn: withdrawn, affected: range)
    }

    @Test(
        "Each way not to be affected has its own outcome, and agrees with the matcher",
        arguments: [
            ("1.0-1", "2.0-1", nil, nil, Explanation.Outcome.affected, "<"),
            ("2.0-1", "2.0-1", nil, nil, .outside, "="), ("3.0-1", "2.0-1", nil, nil, .outside, ">"),
            ("1.0-1", "0", nil, nil, .notAffected, nil),
            ("1.0-1", "2.0-1.module_el9.2.0+1", "x:1", nil, .otherModule, "<"),
            ("1.0-1", "2.0-1", nil, ["s390x"], .otherArchitecture, "<"),
        ] as [(String, String, String?, [String]?, Explanation.Outcome, String?)]
    )
    func outcomes(
        version: String,
        fixed: String,
        module: String?,
        architectures: [String]?,
        outcome: Explanation.Outcome,
        order: String?
    ) {
        let range = Self.range("almalinux:9", "x", .rpm, fixed: fixed, module: module, architectures: architectures)
        let package = Package(type: .rpm, name: "x", version: version, arch: "x86_64")
        let found = explain([record(range)], [MatchSubject(package, distro: Self.alma)])
        #expect(found.statements.map(\.outcome) == [outcome])
        #expect(found.statements.first?.comparisons.first?.order == order)
        #expect(found.verdict == (outcome == .affected ? .affected : .notAffected))
        let matches = Matcher.matches(
            package: package,
            distro: Self.alma,
            candidates: [Candidate(record: 0, range: range)]
        )
        #expect(matches.isEmpty == (outcome != .affected))
    }

    @Test("What an advisory says of the binary counts before what it says of the source")
    func binary() {
        let package = Package(
            type: .rpm,
            name: "edk2-aarch64",
            version: "1-1",
            source: SourcePackage(name: "edk2", version: "1-1")
        )
        let rhel = Distro(id: "rhel", versionID: "9.4", name: "")
        let said = record(
            Self.range("rhel:9", "edk2", .rpm, fixed: "2-1"),
            Self.range("rhel:9", "edk2-aarch64", .rpm, fixed: "0")
        )
        let found = explain([said], [MatchSubject(package, distro: rhel)])
        #expect(Set(found.statements.map(\.outcome)) == [.binaryCounts, .notAffected])
        #expect(found.verdict == .notAffected)
    }

    @Test("A version without a place in the order is told from one outside the range")
    func incomparable() {
        let package = Package(type: .go, name: "x", version: "(devel)")
        let found = explain([record(Self.range("go", "x", .go, fixed: "1.2"))], [MatchSubject(package, distro: nil)])
        #expect(found.statements.map(\.outcome) == [.incomparable])
        #expect(found.statements.first?.comparisons.map(\.order) == ["?"])
    }

    @Test("A package that states no version cannot be compared, whatever the range")
    func noVersion() {
        let package = Package(type: .go, name: "x", version: Package.unknownVersion)
        let found = explain([record(Self.range("go", "x", .go, fixed: nil))], [MatchSubject(package, distro: nil)])
        #expect(found.statements.map(\.outcome) == [.incomparable])
    }

    @Test("Where the owner's distribution answers, the range that would hold is shown as such")
    func owner() {
        let subject = MatchSubject(
            Package(type: .python, name: "x", version: "1.0"),
            distro: Self.bookworm,
            owner: Package(type: .deb, name: "python3-x", version: "1.0-1")
        )
        let said = [record(Self.range("pypi", "x", .pep440, fixed: "2.0"))]
        #expect(explain(said, [subject], precedence: [subject: .whole]).statements.map(\.outcome) == [.ownerAnswers])
        let flaws = OwnerPrecedence.flaws(["CVE-2024-1"])
        #expect(explain(said, [subject], precedence: [subject: flaws]).verdict == .notAffected)
        #expect(explain(said, [subject], precedence: [subject: .flaws(["CVE-1"])]).verdict == .affected)
    }

    @Test("Advisories about other packages, withdrawn ones and unknown names have verdicts of their own")
    func verdicts() {
        let subject = MatchSubject(Package(type: .npm, name: "x", version: "1.0.0"), distro: nil)
        let other = explain([record(Self.range("npm", "y", .npm, fixed: "2.0.0"))], [subject])
        #expect(other.verdict == .absent && other.elsewhere == [PackageKey(ecosystem: "npm", name: "y")])
        let range = Self.range("npm", "x", .npm, fixed: "2.0.0")
        #expect(explain([record(range, withdrawn: "2024-05-01")], [subject]).verdict == .withdrawn)
        #expect(explain([], [subject]).verdict == .unknown)
    }
}
