import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

struct RPMMatchingTests {
    private static let rhel = Distro(id: "rhel", versionID: "8.9", name: "")

    private static func range(
        _ name: String,
        fixed: String?,
        module: String? = nil,
        architectures: [String]? = nil
    ) -> AffectedRange {
        AffectedRange(
            ecosystem: "rhel:8",
            package: name,
            scheme: .rpm,
            fixed: fixed,
            fixState: fixed == nil ? .notFixed : .fixed,
            module: module,
            architectures: architectures
        )
    }

    private func isAffected(_ package: Package, _ ranges: [AffectedRange]) -> Bool {
        let candidates = ranges.map { Candidate(record: 1, range: $0) }
        return !Matcher.matches(package: package, distro: Self.rhel, candidates: candidates).isEmpty
    }

    private static func perl(_ name: String, _ version: String, release: String) -> Package {
        Package(
            type: .rpm,
            name: name,
            version: "\(version)-\(release)",
            arch: "x86_64",
            source: SourcePackage(name: "perl", version: "5.26.3-\(release)")
        )
    }

    @Test("A binary with numbers of its own is compared by its source without epochs")
    func foreignNumbers() {
        let fix = Self.range("perl", fixed: "4:5.26.3-420.el8")
        #expect(isAffected(Self.perl("perl-Errno", "1.28", release: "419.el8"), [fix]))
        #expect(!isAffected(Self.perl("perl-Errno", "1.28", release: "420.el8"), [fix]))
        #expect(!isAffected(Self.perl("perl-Errno", "1.28", release: "421.el8"), [fix]))
    }

    @Test("A binary with its source's numbers shares its epoch")
    func sharedNumbers() {
        let fix = Self.range("perl", fixed: "4:5.26.3-420.el8")
        #expect(isAffected(Self.perl("perl-libs", "3:5.26.3", release: "421.el8"), [fix]))
        #expect(!isAffected(Self.perl("perl-libs", "4:5.26.3", release: "420.el8"), [fix]))
    }

    @Test("Of a binary package a missing epoch is zero")
    func missingEpoch() {
        let package = Package(type: .rpm, name: "perl-libs", version: "5.30-1.el8")
        #expect(isAffected(package, [Self.range("perl-libs", fixed: "4:5.26.3-420.el8")]))
    }

    @Test("What a record says of the binary outranks what it says of the source")
    func binaryFirst() {
        let package = Package(
            type: .rpm,
            name: "edk2-aarch64",
            version: "20220126-6.el8",
            arch: "noarch",
            source: SourcePackage(name: "edk2", version: "20220126-6.el8")
        )
        let source = Self.range("edk2", fixed: nil)
        let binary = Self.range("edk2-aarch64", fixed: AffectedRange.neverAffectedBound)
        #expect(isAffected(package, [source]))
        #expect(!isAffected(package, [source, binary]))
        // Another record's word about the binary changes nothing.
        let candidates = [Candidate(record: 1, range: source), Candidate(record: 2, range: binary)]
        #expect(Matcher.matches(package: package, distro: Self.rhel, candidates: candidates).map(\.record) == [1])
        #expect(Matcher.statements(about: package, distro: Self.rhel, candidates: candidates).count == 2)
    }

    @Test("A package that is not affected has no match, and the statement is found")
    func notAffected() {
        let range = Self.range("curl", fixed: AffectedRange.neverAffectedBound)
        let package = Package(type: .rpm, name: "curl", version: "7.61.1-30.el8", arch: "x86_64")
        let candidates = [Candidate(record: 1, range: range)]
        #expect(Matcher.matches(package: package, distro: Self.rhel, candidates: candidates).isEmpty)
        #expect(Matcher.statements(about: package, distro: Self.rhel, candidates: candidates) == candidates)
    }

    @Test(
        "A stream's statement counts for packages with its label, an ordinary one for packages without",
        arguments: [
            // Label of the package, version, stream of the statement, whether it counts.
            ("redis:6:8100020250113083959:489197e6", "6.2-1.module+el8.10.0+1+a", "redis:6", true),
            ("redis:60:8100020250113083959:489197e6", "6.2-1.module+el8.10.0+1+a", "redis:6", false),
            ("redis:6:8100020250113083959:489197e6", "6.2-1.module+el8.10.0+1+a", nil, false),
            (nil, "6.2-1.module+el8.10.0+1+a", "redis:6", true), (nil, "6.2-1.el8", "redis:6", false),
            ("", "6.2-1.el8", "redis:6", false), (nil, "6.2-1.el8", nil, true), ("", "6.2-1.el8", nil, true),
            (nil, "6.2-1.module+el8.10.0+1+a", nil, false),
        ] as [(String?, String, String?, Bool)]
    )
    func streams(label: String?, version: String, stream: String?, counts: Bool) {
        let package = Package(type: .rpm, name: "redis", version: version, module: label)
        #expect(isAffected(package, [Self.range("redis", fixed: nil, module: stream)]) == counts)
        // "Not affected" is about the same packages.
        let range = Self.range("redis", fixed: AffectedRange.neverAffectedBound, module: stream)
        let candidates = [Candidate(record: 1, range: range)]
        #expect(Matcher.statements(about: package, distro: Self.rhel, candidates: candidates).isEmpty != counts)
    }

    @Test(
        "A statement about some architectures is about packages of those",
        arguments: [
            ("x86_64", ["x86_64"], true), ("aarch64", ["x86_64"], false), ("i386", ["i686"], true),
            ("noarch", ["x86_64"], true), ("", ["x86_64"], true), ("s390x", nil, true),
        ] as [(String, [String]?, Bool)]
    )
    func architectures(arch: String, names: [String]?, counts: Bool) {
        let package = Package(type: .rpm, name: "a", version: "1-1", arch: arch)
        #expect(isAffected(package, [Self.range("a", fixed: "1-2", architectures: names)]) == counts)
    }

    @Test(
        "Distributions with RPM packages become the key of their release",
        arguments: [
            ("centos", "7", ["rhel", "fedora"], "rhel:7"), ("rhel", "8.9", ["fedora"], "rhel:8"),
            ("rocky", "9.4", ["rhel", "centos", "fedora"], "rocky:9"), ("ol", "8.9", ["fedora"], "oracle:8"),
            ("amzn", "2018.03", ["rhel fedora"], "amzn:1"), ("amzn", "2", ["centos", "rhel", "fedora"], "amzn:2"),
            ("amzn", "2023", ["fedora"], "amzn:2023"), ("fedora", "43", [], "fedora:43"),
            ("photon", "3.0", [], "photon:3.0"), ("arch", "", [], "arch"), ("manjaro", "", ["arch"], "arch"),
            ("eurolinux", "9.3", ["rhel", "centos", "fedora"], "rhel:9"), ("nobara", "39", ["fedora"], "fedora:39"),
            ("rhcos", "4.12", ["rhel", "fedora"], "rhcos:4.12"), ("scientific", "7.9", ["rhel"], "rhel:7"),
        ] as [(String, String, [String], String)]
    )
    func releases(id: String, version: String, like: [String], key: String) {
        #expect(DistroRelease.keys(of: Distro(id: id, versionID: version, name: "", idLike: like)) == [key])
    }

    @Test("Packages of EPEL may be in any rebuild of Enterprise Linux, and nowhere else")
    func extraPackages() {
        let package = Package(type: .rpm, name: "a", version: "1-1.el9")
        let rocky = Distro(id: "rocky", versionID: "9.4", name: "")
        #expect(AdvisoryKeys.keys(for: package, distro: rocky).map(\.ecosystem) == ["rocky:9", "epel:9"])
        let fedora = Distro(id: "fedora", versionID: "43", name: "")
        #expect(AdvisoryKeys.keys(for: package, distro: fedora).map(\.ecosystem) == ["fedora:43"])
    }
}
