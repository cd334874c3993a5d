import Advisories
import Foundation
import Matching
import ScanModel
import TallymanTesting
import Testing

@testable import AdvisoryFile

/// Real advisories against packages whose answer is known; the versions come from the advisories' own text.
@Suite(.enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"))
struct PublishedAnswersTests {
    /// The flaws that are asked for; every published record that names one of them is read.
    private static let cves = [
        "CVE-2023-32681", "CVE-2023-43804", "CVE-2020-28493", "CVE-2022-23491", "CVE-2019-20477", "CVE-2023-23969",
        "CVE-2023-45288", "CVE-2021-38561", "CVE-2023-48795", "CVE-2022-27664", "CVE-2020-8562", "CVE-2023-0286",
        "CVE-2023-32067",
    ]

    /// The source packages of Debian that are asked for.
    private static let sources = ["openssl", "expat", "zlib", "bash"]

    /// One file for the whole suite, made on first use.
    private static let shared = Result {
        let folder = try TemporaryFolder()
        for name in ["osv/Go.zip", "osv/PyPI.zip", "almalinux/osv-database.zip"] {
            let part = "\(folder.path)/feeds/\(name.prefix { $0 != "." })"
            try FeedExcerpt.unpack(SharedFixtures.feed(name), into: part) { document in
                cves.contains { document.contains("\"\($0)\"") }
            }
        }
        let tracker = try FeedExcerpt.gunzip(SharedFixtures.feed("debian/tracker-bookworm-derived.json.gz"))
        let all = try #require(try JSONSerialization.jsonObject(with: tracker) as? [String: Any])
        let some = try JSONSerialization.data(withJSONObject: all.filter { sources.contains($0.key) })
        try folder.write("feeds/debian/tracker.json", some)
        let path = folder.path + "/advisories.db"
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        return (folder: folder, file: try AdvisoryFile(path: path))
    }

    private static let bookworm = Distro(
        id: "debian",
        versionID: "12",
        name: "Debian GNU/Linux 12 (bookworm)",
        codename: "bookworm"
    )
    private static let alma9 = Distro(id: "almalinux", versionID: "9.2", name: "AlmaLinux 9.2", idLike: ["rhel"])

    private func findings(_ package: Package, _ distro: Distro? = nil) throws -> [String: Finding] {
        let found = try Self.shared.get().file.match([MatchSubject(package, distro: distro)]).flatMap { $0 }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    @Test(
        "Debian packages are judged by their source's version",
        arguments: [
            ("libssl3", "openssl", "3.0.20-1~deb12u2", "CVE-2026-75806", "3.0.22-1~deb12u2"),
            ("openssl", "openssl", "3.0.22-1~deb12u2", "CVE-2026-75806", nil),
            ("openssl", "openssl", "3.0.20-1~deb12u2", "CVE-2026-9076", nil),
            ("libexpat1", "expat", "2.5.0-1+deb12u2", "CVE-2026-72522", "2.5.0-1+deb12u3"),
            ("libexpat1", "expat", "2.5.0-1+deb12u3", "CVE-2026-72522", nil),
            ("libexpat1", "expat", "2.5.0-1+deb12u4", "CVE-2026-77214", "2.5.0-1+deb12u5"),
            ("zlib1g", "zlib", "1:1.2.13.dfsg-1", "CVE-2022-37434", nil),
            ("zlib1g", "zlib", "1:1.2.11.dfsg-4", "CVE-2022-37434", "1:1.2.11.dfsg-4.1"),
            ("bash", "bash", "4.3-9", "CVE-2014-6271", "4.3-9.1"),
            ("bash", "bash", "5.2.15-2", "CVE-2014-6271", nil),
        ] as [(String, String, String, String, String?)]
    )
    func debian(name: String, source: String, version: String, cve: String, fixed: String?) throws {
        let package = Package(
            type: .deb,
            name: name,
            version: version + "+b2",
            source: SourcePackage(name: source, version: version)
        )
        let finding = try findings(package, Self.bookworm)[cve]
        #expect(finding?.fixedVersions.first == fixed)
        #expect(try findings(package, Distro(id: "debian", versionID: "11", name: "")).isEmpty)
    }

    @Test(
        "Python packages",
        arguments: [
            ("requests", "2.30.0", "CVE-2023-32681", "2.31.0"), ("requests", "2.31.0", "CVE-2023-32681", nil),
            ("requests", "2.2.1", "CVE-2023-32681", nil), ("urllib3", "1.26.16", "CVE-2023-43804", "1.26.17"),
            ("urllib3", "2.0.5", "CVE-2023-43804", "2.0.6"), ("urllib3", "1.26.17", "CVE-2023-43804", nil),
            ("Jinja2", "2.11.2", "CVE-2020-28493", "2.11.3"), ("jinja2", "2.11.3", "CVE-2020-28493", nil),
            ("certifi", "2022.9.24", "CVE-2022-23491", "2022.12.7"), ("certifi", "2022.12.07", "CVE-2022-23491", nil),
            ("PyYAML", "5.1.2", "CVE-2019-20477", "5.2b1"), ("Django", "3.2.16", "CVE-2023-23969", "3.2.17"),
            ("django", "4.0", "CVE-2023-23969", "4.0.9"), ("Django", "3.2.17", "CVE-2023-23969", nil),
        ] as [(String, String, String, String?)]
    )
    func python(name: String, version: String, cve: String, fixed: String?) throws {
        let finding = try findings(Package(type: .python, name: name, version: version))[cve]
        #expect(finding?.fixedVersions.first == fixed)
        if fixed != nil { #expect(finding?.aliases.contains { $0.hasPrefix("PYSEC-") } == true) }
    }

    @Test(
        "Go modules and the standard library",
        arguments: [
            ("stdlib", "1.21.8", "CVE-2023-45288", "1.21.9"), ("stdlib", "go1.22.1", "CVE-2023-45288", "1.22.2"),
            ("stdlib", "1.22.2", "CVE-2023-45288", nil), ("stdlib", "1.21.9", "CVE-2023-45288", nil),
            ("golang.org/x/net", "v0.22.0", "CVE-2023-45288", "0.23.0"),
            ("golang.org/x/net", "v0.23.0", "CVE-2023-45288", nil),
            ("golang.org/x/text", "v0.3.6", "CVE-2021-38561", "0.3.7"),
            ("golang.org/x/text", "v0.3.7", "CVE-2021-38561", nil),
            ("golang.org/x/crypto", "v0.16.0", "CVE-2023-48795", "0.17.0"),
            (
                "golang.org/x/net", "v0.0.0-20220906165145-abcdefabcdef", "CVE-2022-27664",
                "0.0.0-20220906165146-f3363e06e74c"
            ),
            ("k8s.io/kubernetes", "v1.20.0", "CVE-2020-8562", nil),
            ("golang.org/x/net", "(devel)", "CVE-2023-45288", nil),
        ] as [(String, String, String, String?)]
    )
    func go(name: String, version: String, cve: String, fixed: String?) throws {
        #expect(try findings(Package(type: .go, name: name, version: version))[cve]?.fixedVersions.first == fixed)
    }

    @Test(
        "AlmaLinux packages",
        arguments: [
            ("openssl-libs", "1:3.0.1-43.el9_0", "CVE-2023-0286", "1:3.0.1-47.el9_1", nil),
            ("openssl-libs", "1:3.0.1-47.el9_1", "CVE-2023-0286", nil, nil),
            (
                "nodejs", "1:18.14.2-2.module_el9.2.0+29+de583a0b", "CVE-2023-32067",
                "1:18.14.2-3.module_el9.2.0+30+e3312493", "nodejs:18:9020020230"
            ),
            ("nodejs", "1:16.19.1-2.el9_2", "CVE-2023-32067", nil, nil),
        ] as [(String, String, String, String?, String?)]
    )
    func alma(name: String, version: String, cve: String, fixed: String?, module: String?) throws {
        let package = Package(type: .rpm, name: name, version: version, arch: "x86_64", module: module)
        let finding = try findings(package, Self.alma9)[cve]
        #expect(finding?.fixedVersions.first == fixed)
        if fixed != nil { #expect(finding?.aliases.contains { $0.hasPrefix("ALSA-2023:") } == true) }
    }
}
