import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

@Suite("Precedence of a distribution over advisories about what its packages hold")
struct OwnerPrecedenceTests {
    private static let alpine = Distro(id: "alpine", versionID: "3.18.4", name: "Alpine Linux v3.18")
    private static let bookworm = Distro(id: "debian", versionID: "12", name: "Debian 12")

    private static let flaw = AdvisoryRecord(
        id: "PYSEC-2024-1",
        provider: "pypi",
        aliases: ["CVE-2024-1", "GHSA-aaaa"],
        affected: [
            AffectedRange(ecosystem: "pypi", package: "certifi", scheme: .pep440, fixed: "2.0", fixState: .fixed)
        ]
    )

    private static func statement(
        _ release: String,
        _ source: String,
        id: String = "CVE-2024-1",
        covers: [String] = [],
        fixed: String?,
        state: FixState,
        withdrawn: String? = nil
    ) -> AdvisoryRecord {
        let range = AffectedRange(
            ecosystem: release,
            package: source,
            scheme: release.hasPrefix("alpine") ? .apk : .dpkg,
            fixed: fixed,
            fixState: state
        )
        return AdvisoryRecord(id: id, provider: "distro", covers: covers, withdrawn: withdrawn, affected: [range])
    }

    /// Something about another package, so that the release is known at all.
    private static func other(_ release: String) -> AdvisoryRecord {
        statement(release, "zlib", id: "CVE-2000-1", fixed: "1", state: .fixed)
    }

    private func findings(
        _ records: [AdvisoryRecord],
        _ distro: Distro = Self.alpine,
        owner: String = "1.5-r0"
    ) throws -> [String] {
        let type: PackageType = distro == Self.alpine ? .apk : .deb
        let package = Package(
            type: type,
            name: "py3-certifi-bin",
            version: owner,
            source: SourcePackage(name: "py3-certifi", version: owner)
        )
        let subject = MatchSubject(
            Package(type: .python, name: "certifi", version: "1.5"),
            distro: distro,
            owner: package
        )
        return try MatchPass(TableSource(records)).findings([subject]).joined().map(\.id)
    }

    @Test(
        "Whatever the distribution says of the flaw for the owner's source outranks the language's advisory",
        arguments: [
            ("0", FixState.fixed), ("1.4-r3", .fixed), ("9.0-r0", .fixed), (nil, .wontFix), (nil, .notFixed),
            (nil, .unknown),
        ] as [(String?, FixState)]
    )
    func spoken(fixed: String?, state: FixState) throws {
        let said = Self.statement("alpine:3.18", "py3-certifi", fixed: fixed, state: state)
        #expect(try findings([Self.flaw, said]).isEmpty)
    }

    @Test("A bulletin speaks about each of the flaws that it covers, and a name of the same flaw is enough")
    func names() throws {
        let bulletin = Self.statement(
            "alpine:3.18",
            "py3-certifi",
            id: "ALAS-1",
            covers: ["CVE-2023-9", "CVE-2024-1"],
            fixed: "1.4-r3",
            state: .fixed
        )
        #expect(try findings([Self.flaw, bulletin]).isEmpty)
        // The second advisory shares no name with the distribution's; the first joins them.
        var second = Self.flaw
        second.id = "GHSA-aaaa"
        second.aliases = []
        #expect(try findings([Self.flaw, second, bulletin]).isEmpty)
        #expect(try findings([second, bulletin]) == ["GHSA-aaaa"])
    }

    @Test("About a flaw that the distribution does not mention, the language's advisory counts")
    func silent() throws {
        let elsewhere = [
            Self.other("alpine:3.18"),
            Self.statement("alpine:3.18", "py3-certifi", id: "CVE-2024-2", fixed: "0", state: .fixed),
            Self.statement("alpine:3.17", "py3-certifi", fixed: "0", state: .fixed),
            Self.statement("alpine:3.18", "py3-requests", fixed: "0", state: .fixed),
            Self.statement("alpine:3.18", "py3-certifi", fixed: "0", state: .fixed, withdrawn: "2024-05-01"),
        ]
        #expect(try findings([Self.flaw] + elsewhere) == ["CVE-2024-1"])
    }

    @Test("Where the distribution lists what it has not mended too, its silence about its own build is an answer")
    func comprehensive() throws {
        let data = [Self.flaw, Self.other("debian:12")]
        #expect(try findings(data, Self.bookworm, owner: "1.5+ds-1").isEmpty)
        // A larger package that holds it is tracked under its own flaws only.
        #expect(try findings(data, Self.bookworm, owner: "3.1.2-7") == ["CVE-2024-1"])
        let said = Self.statement("debian:12", "py3-certifi", fixed: "3.1.2-6", state: .fixed)
        #expect(try findings(data + [said], Self.bookworm, owner: "3.1.2-7").isEmpty)
    }

    @Test("A distribution of whose release nothing is known outranks nothing")
    func noData() throws {
        #expect(try findings([Self.flaw, Self.other("debian:11")], Self.bookworm) == ["CVE-2024-1"])
    }

    @Test("What no package owns, or a package that the inventory does not list, is matched as it is")
    func unowned() throws {
        let said = Self.statement("alpine:3.18", "py3-certifi", fixed: "0", state: .fixed)
        let language = Package(type: .python, name: "certifi", version: "1.5")
        let items = [
            InstalledPackage(package: language, layer: 0, paths: []),
            InstalledPackage(package: language, layer: 0, paths: [], ownedBy: "gone"),
            InstalledPackage(package: language, layer: 0, paths: [], ownedBy: "py3-certifi"),
            InstalledPackage(package: Package(type: .apk, name: "py3-certifi", version: "1"), layer: 0, paths: []),
        ]
        let subjects = MatchSubject.subjects(of: items) { _ in Self.alpine }
        let found = try MatchPass(TableSource([Self.flaw, said])).findings(subjects)
        #expect(found.map(\.count) == [1, 1, 0, 0])
    }

    @Test(
        "A distribution's version is a build of a release where only packaging follows",
        arguments: [
            ("23.0.1+dfsg-1", "23.0.1", true), ("1:2.0-1", "2.0", true), ("2.0.dfsg-1", "2.0", true),
            ("2.0", "2.0", true), ("66.1.1-1", "66.1.1", true), ("2.0.1-1", "2.0", false), ("2.0~rc1-1", "2.0", false),
            ("12.0-1", "2.0", false), ("2.01-1", "2.0", false), ("", "2.0", false), ("2.0-1", "", false),
            (":", "1", false), ("1:", "1", false), ("2.0a-1", "2.0", false), ("2.0.", "2.0", false),
        ]
    )
    func builds(version: String, release: String, isBuild: Bool) {
        #expect(OwnerPrecedence.isBuild(version, of: release) == isBuild)
    }
}
