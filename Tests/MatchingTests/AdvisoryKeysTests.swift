import ScanModel
import Testing

@testable import Matching

struct AdvisoryKeysTests {
    private static let bookworm = Distro(id: "debian", versionID: "12", name: "Debian GNU/Linux 12 (bookworm)")

    private static let distros: [(Distro, String)] = [
        (Distro(id: "debian", versionID: "12", name: "", codename: "bookworm"), "debian:12"),
        (Distro(id: "debian", versionID: "12.5", name: ""), "debian:12"),
        (Distro(id: "debian", versionID: "", name: "Debian GNU/Linux forky/sid", codename: "forky"), "debian:sid"),
        (Distro(id: "debian", versionID: "", name: "Debian GNU/Linux", codename: "trixie"), "debian:13"),
        (Distro(id: "raspbian", versionID: "11", name: "", idLike: ["debian"]), "debian:11"),
        (Distro(id: "devuan", versionID: "5", name: "", idLike: ["debian"], codename: "daedalus"), "debian:12"),
        (Distro(id: "ubuntu", versionID: "22.04", name: "", idLike: ["debian"], codename: "jammy"), "ubuntu:22.04"),
        (
            Distro(id: "pop", versionID: "22.04", name: "", idLike: ["ubuntu", "debian"], codename: "jammy"),
            "ubuntu:22.04"
        ),
        (Distro(id: "alpine", versionID: "3.18.4", name: ""), "alpine:3.18"),
        (Distro(id: "alpine", versionID: "3.21_alpha20240807", name: ""), "alpine:edge"),
        (Distro(id: "almalinux", versionID: "9.4", name: "", idLike: ["rhel"]), "almalinux:9"),
        (Distro(id: "rhel", versionID: "8.9", name: ""), "rhel:8"),
        (Distro(id: "amzn", versionID: "2023", name: ""), "amzn:2023"),
        (Distro(id: "wolfi", versionID: "20230201", name: ""), "wolfi"),
        (Distro(id: "chainguard", versionID: "20230214", name: ""), "chainguard"),
        (Distro(id: "ol", versionID: "8.9", name: "", idLike: ["fedora"]), "oracle:8"),
        (Distro(id: "photon", versionID: "3.0", name: ""), "photon:3.0"),
        (Distro(id: "azurelinux", versionID: "3.0.20240727", name: ""), "azurelinux:3"),
        (Distro(id: "mariner", versionID: "2.0.20230107", name: ""), "mariner:2"),
        (Distro(id: "sles", versionID: "15.5", name: "", idLike: ["suse"]), "sles:15.5"),
        (Distro(id: "sles_sap", versionID: "12.5", name: "", idLike: ["suse"]), "sles:12.5"),
        (Distro(id: "sle-micro", versionID: "5.3", name: "", idLike: ["suse"]), "sle-micro:5.3"),
        (Distro(id: "sl-micro", versionID: "6.0", name: "", idLike: ["suse"]), "sl-micro:6.0"),
        (Distro(id: "opensuse-leap", versionID: "15.5", name: "", idLike: ["suse"]), "opensuse-leap:15.5"),
        (Distro(id: "leap-micro", versionID: "5.2", name: "", idLike: ["suse"]), "opensuse-leap-micro:5.2"),
        (Distro(id: "opensuse-tumbleweed", versionID: "20240101", name: ""), "opensuse-tumbleweed"),
        (
            Distro(id: "opensuse-microos", versionID: "20240129", name: "", idLike: ["suse", "opensuse-tumbleweed"]),
            "opensuse-tumbleweed"
        ),
        (Distro(id: "opensuse-leap-micro", versionID: "6.0", name: "", idLike: ["suse"]), "opensuse-leap-micro:6.0"),
        (Distro(id: "sle-micro-rancher", versionID: "5.4", name: "", idLike: ["suse"]), "sle-micro:5.4"),
        (Distro(id: "openeuler", versionID: "22.03", name: "", codename: "LTS-SP3"), "openeuler:22.03-lts-sp3"),
        (Distro(id: "openeuler", versionID: "23.09", name: ""), "openeuler:23.09"),
        (Distro(id: "echo", versionID: "1", name: "", idLike: ["debian"]), "echo"),
        (
            Distro(id: "linuxmint", versionID: "6", name: "", idLike: ["debian"], codename: "bookworm"), "debian:12"
        ),
        (
            Distro(id: "linuxmint", versionID: "17.3", name: "", idLike: ["ubuntu"], codename: "trusty"),
            "ubuntu:14.04"
        ),
    ]

    @Test(
        "Distributions become the key of their release",
        arguments: distros
    )
    func releases(distro: Distro, key: String) {
        #expect(DistroRelease.keys(of: distro) == [key])
    }

    @Test("The purl of a package leads to the same release as the image that it is from", arguments: distros)
    func purls(distro: Distro, key: String) throws {
        let type: PackageType = distro.id == "alpine" ? .apk : .deb
        let purl = Package(type: type, name: "a", version: "1").purl(distro: distro)
        let found = try #require(PackageURL(purl)?.distro)
        #expect(DistroRelease.keys(of: found) == [key], "\(purl)")
    }

    @Test("Debian packages are filed under their source")
    func sources() {
        var package = Package(type: .deb, name: "libssl3", version: "3.0.1-1")
        #expect(
            AdvisoryKeys.keys(for: package, distro: Self.bookworm) == [
                PackageKey(ecosystem: "debian:12", name: "libssl3")
            ]
        )
        package.source = SourcePackage(name: "openssl", version: "3.0.1-1")
        #expect(
            AdvisoryKeys.keys(for: package, distro: Self.bookworm) == [
                PackageKey(ecosystem: "debian:12", name: "openssl")
            ]
        )
        #expect(AdvisoryKeys.keys(for: package, distro: nil).isEmpty)
    }

    @Test("Swift packages are filed under the address of their repository")
    func swift() {
        var package = Package(type: .swift, name: "swift-nio", version: "2.40.0", group: "github.com/apple")
        let key = PackageKey(ecosystem: "swifturl", name: "github.com/apple/swift-nio")
        #expect(AdvisoryKeys.keys(for: package, distro: nil) == [key])
        package.group = nil
        #expect(AdvisoryKeys.keys(for: package, distro: nil).isEmpty)
    }

    @Test("RPM packages are filed under the binary, and under the source where the distribution does so")
    func rpm() {
        let package = Package(
            type: .rpm,
            name: "openssl-libs",
            version: "1:3.0.7-1",
            source: SourcePackage(name: "openssl", version: "3.0.7-1")
        )
        let alma = Distro(id: "almalinux", versionID: "9.2", name: "")
        let suse = Distro(id: "sles", versionID: "15.5", name: "")
        #expect(AdvisoryKeys.keys(for: package, distro: alma).first?.name == "openssl-libs")
        #expect(AdvisoryKeys.keys(for: package, distro: alma).filter { $0.ecosystem == "almalinux:9" }.count == 1)
        #expect(AdvisoryKeys.keys(for: package, distro: suse).map(\.name) == ["openssl-libs", "openssl"])
    }

    @Test(
        "Language packages are filed under their registry's spelling",
        arguments: [
            (Package(type: .python, name: "Foo_Bar.baz", version: "1"), "pypi", "foo-bar-baz"),
            (Package(type: .npm, name: "@a/b", version: "1"), "npm", "@a/b"),
            (Package(type: .gem, name: "rack", version: "1"), "rubygems", "rack"),
            (
                Package(type: .java, name: "log4j-core", version: "1", group: "org.apache.logging.log4j"), "maven",
                "org.apache.logging.log4j:log4j-core"
            ),
            (Package(type: .java, name: "junit", version: "1"), "maven", "junit:junit"),
            (Package(type: .go, name: "stdlib", version: "1.22.1"), "go", "stdlib"),
        ]
    )
    func languages(package: Package, ecosystem: String, name: String) {
        #expect(AdvisoryKeys.keys(for: package, distro: nil) == [PackageKey(ecosystem: ecosystem, name: name)])
    }

    @Test("Arch files under each package that it builds, not under the base")
    func arch() {
        let package = Package(
            type: .alpm,
            name: "lib32-openssl",
            version: "1:3.1.0-1",
            source: SourcePackage(name: "openssl", version: "1:3.1.0-1")
        )
        let arch = Distro(id: "arch", versionID: "", name: "Arch Linux")
        #expect(
            AdvisoryKeys.keys(for: package, distro: arch) == [PackageKey(ecosystem: "arch", name: "lib32-openssl")]
        )
    }
}
