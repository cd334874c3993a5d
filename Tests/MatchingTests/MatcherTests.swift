import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

struct MatcherTests {
    private static let bookworm = Distro(id: "debian", versionID: "12", name: "")
    private static let alma = Distro(id: "almalinux", versionID: "9.4", name: "")

    private func matches(_ package: Package, _ distro: Distro? = nil, _ range: AffectedRange) -> Bool {
        !Matcher.matches(package: package, distro: distro, candidates: [Candidate(record: 1, range: range)]).isEmpty
    }

    private static func go(_ name: String, _ introduced: String?, _ fixed: String?) -> AffectedRange {
        AffectedRange(
            ecosystem: "go",
            package: name,
            scheme: .go,
            introduced: introduced,
            fixed: fixed,
            fixState: fixed == nil ? .notFixed : .fixed
        )
    }

    @Test("A rebuild of the binary does not change the source version that is compared")
    func sourceVersion() {
        let range = AffectedRange(
            ecosystem: "debian:12",
            package: "gcc-8",
            scheme: .dpkg,
            fixed: "8.3.0-7",
            fixState: .fixed
        )
        var package = Package(
            type: .deb,
            name: "libgcc1",
            version: "1:8.3.0-6+b1",
            source: SourcePackage(name: "gcc-8", version: "8.3.0-6")
        )
        #expect(matches(package, Self.bookworm, range))
        package.source?.version = "8.3.0-7"
        #expect(!matches(package, Self.bookworm, range))
        #expect(!matches(package, Distro(id: "debian", versionID: "11", name: ""), range))
        #expect(!matches(package, nil, range))
    }

    @Test("A package that states no version matches nothing, not even what names every version")
    func noVersion() {
        let all = AffectedRange(ecosystem: "maven", package: "g:a", scheme: .maven, fixState: .notFixed)
        #expect(matches(Package(type: .java, name: "a", version: "1", group: "g"), nil, all))
        #expect(!matches(Package(type: .java, name: "a", version: Package.unknownVersion, group: "g"), nil, all))
    }

    @Test(
        "Go versions match with and without v; a version that cannot be ordered never does",
        arguments: [
            ("1.21.8", true), ("go1.21.8", true), ("1.21.9", false), ("1.22.1", true), ("1.22.2", false),
            ("v1.22.1", true), ("(devel)", false), ("", false), ("1.22.0-rc1", true),
        ]
    )
    func stdlib(version: String, isAffected: Bool) {
        let ranges = [Self.go("stdlib", nil, "1.21.9"), Self.go("stdlib", "1.22.0-0", "1.22.2")]
        let candidates = ranges.map { Candidate(record: 7, range: $0) }
        let package = Package(type: .go, name: "stdlib", version: version)
        let found = Matcher.matches(package: package, distro: nil, candidates: candidates)
        #expect(found.isEmpty != isAffected)
        #expect(found.count <= 1)
    }

    @Test("A range without bounds holds every version that can be ordered, and no other")
    func unbounded() {
        let range = Self.go("x", nil, nil)
        #expect(matches(Package(type: .go, name: "x", version: "v0.0.0-20200101000000-abcdefabcdef"), nil, range))
        #expect(!matches(Package(type: .go, name: "x", version: "(devel)"), nil, range))
        #expect(!matches(Package(type: .go, name: "y", version: "v1.0.0"), nil, range))
    }

    @Test("The last affected version is affected, the next is not")
    func lastAffected() {
        let range = AffectedRange(
            ecosystem: "npm",
            package: "x",
            scheme: .npm,
            introduced: "1.0.0",
            lastAffected: "1.4.0",
            fixState: .unknown
        )
        #expect(matches(Package(type: .npm, name: "x", version: "1.4.0"), nil, range))
        #expect(!matches(Package(type: .npm, name: "x", version: "1.4.1"), nil, range))
        #expect(!matches(Package(type: .npm, name: "x", version: "0.9.0"), nil, range))
    }

    @Test("Listed versions match by their order, not their text")
    func listed() {
        let range = AffectedRange(
            ecosystem: "pypi",
            package: "x",
            scheme: .pep440,
            versions: ["1.0"],
            isEnumeration: true,
            fixState: .notFixed
        )
        #expect(matches(Package(type: .python, name: "X", version: "1.0.0"), nil, range))
        #expect(!matches(Package(type: .python, name: "x", version: "1.0.1"), nil, range))
    }

    @Test(
        "A module's fix counts for packages of its stream alone",
        arguments: [
            ("1:18.14.2-1.module_el9.2.0+1", "nodejs:18:9020:abc", true), ("1:18.14.2-1.module_el9.2.0+1", nil, true),
            ("1:16.1.0-1.module_el9.2.0+1", "nodejs:16:9020:abc", false), ("1:16.1.0-1.el9", nil, false),
            ("1:18.20.0-1.module_el9.2.0+1", "nodejs:18:9020:abc", false),
        ] as [(String, String?, Bool)]
    )
    func modules(version: String, module: String?, isAffected: Bool) {
        let range = AffectedRange(
            ecosystem: "almalinux:9",
            package: "nodejs",
            scheme: .rpm,
            fixed: "1:18.14.2-2.module_el9.2.0+29",
            fixState: .fixed,
            module: "nodejs:18"
        )
        let package = Package(type: .rpm, name: "nodejs", version: version, module: module)
        #expect(matches(package, Self.alma, range) == isAffected)
    }

    @Test("A source RPM's version takes the epoch of its binary")
    func epoch() {
        let range = AffectedRange(
            ecosystem: "sles:15.5",
            package: "perl",
            scheme: .rpm,
            fixed: "4:5.26.3-419",
            fixState: .fixed
        )
        let package = Package(
            type: .rpm,
            name: "perl-libs",
            version: "4:5.26.3-420",
            source: SourcePackage(name: "perl", version: "5.26.3-420")
        )
        #expect(!matches(package, Distro(id: "sles", versionID: "15.5", name: ""), range))
    }
}
