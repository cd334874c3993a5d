import ScanModel
import TallymanTesting
import Testing

@Suite struct `Reading of package URLs` {
    /// Types of purl-spec, PURL-TYPES.rst, as Syft writes them, and the kinds of packages they stand for.
    @Test(arguments: [
        ("pkg:alpm/arch/pacman@6.0.1-1?arch=x86_64", "alpm", "pacman"), ("pkg:apk/wolfi/a@1", "apk", "a"),
        ("pkg:bitnami/redis@7", "bitnami", "redis"), ("pkg:cargo/serde@1", "rust-crate", "serde"),
        ("pkg:cocoapods/Glide@1", "pod", "Glide"), ("pkg:cocoapods/A%2BB@1#c/D", "pod", "A+B/c/D"),
        ("pkg:cocoapods/A/B@1", "pod", "A/B"), ("pkg:cocoapods/A%2FB@1", "pod", "A/B"),
        ("pkg:composer/pear/log@1", "php-composer", "pear/log"),
        ("pkg:conan/boost@1", "conan", "boost"), ("pkg:cran/abc@1", "R-package", "abc"), ("pkg:gem/a@1", "gem", "a"),
        ("pkg:generic/busybox@1", "binary", "busybox"), ("pkg:generic/linux-kernel@6", "linux-kernel", "linux-kernel"),
        ("pkg:github/actions/checkout@v4", "github-action", "actions/checkout"),
        ("pkg:github/github/codeql-action@v3#init", "github-action", "github/codeql-action/init"),
        ("pkg:github/a/b@v1#.github/workflows/c.yml", "github-action-workflow", "a/b/.github/workflows/c.yml"),
        ("pkg:hackage/aeson@1", "hackage", "aeson"),
        ("pkg:hex/phoenix@1", "hex", "phoenix"), ("pkg:luarocks/kong@3", "lua-rocks", "kong"),
        ("pkg:nix/hello@2", "nix", "hello"), ("pkg:nuget/Newtonsoft.Json@13", "dotnet", "Newtonsoft.Json"),
        ("pkg:opam/dune@3", "opam", "dune"), ("pkg:otp/kernel@8", "erlang-otp", "kernel"),
        ("pkg:pear/Archive_Tar@1", "php-pear", "Archive_Tar"), ("pkg:portage/app-shells/bash@5", "portage", "bash"),
        ("pkg:pub/http@1", "dart-pub", "http"),
        ("pkg:swift/github.com/apple/swift-nio@2", "swift", "swift-nio"),
        ("pkg:terraform/hashicorp/aws@5", "terraform", "hashicorp/aws"),
        ("pkg:wordpress-plugin/akismet@5", "wordpress-plugin", "akismet"),
        ("PKG:PyPI/Flask@2", "python", "Flask"), ("pkg:pypi/a%zz%@1", "python", "a%zz%"),
        ("pkg://npm/%40a/b@1#sub/path", "npm", "@a/b"),
    ])
    func `each type is the kind of package that it stands for`(text: String, type: String, name: String) throws {
        let package = try #require(PackageURL(text)).package
        #expect(package.type.rawValue == type)
        #expect(package.name == name)
    }

    /// Qualifiers as Syft and this program write them.
    @Test(arguments: [
        ("pkg:rpm/sles/bash@4.4-19?upstream=bash-src-4.4-18.src.rpm&epoch=2", "2:4.4-19", "bash-src", "2:4.4-18"),
        ("pkg:rpm/sles/bash@4.4-19?upstream=x.src.rpm", "4.4-19", "x.src.rpm", "4.4-19"),
        ("pkg:rpm/sles/bash@4.4-19?epoch=0", "4.4-19", "bash", "4.4-19"),
        ("pkg:deb/debian/a@1%3A2?upstream=b%401%3A3", "1:2", "b", "1:3"),
        ("pkg:deb/debian/a@1:2?upstream=b@", "1:2", "b", "1:2"),
        ("pkg:apk/alpine/a@1?upstream=", "1", "a", "1"),
    ])
    func `sources and epochs are read`(text: String, version: String, source: String, sourceVersion: String) throws {
        let package = try #require(PackageURL(text)).package
        #expect(package.version == version)
        #expect(package.source == SourcePackage(name: source, version: sourceVersion))
    }

    @Test(
        arguments: [
            ("pkg:apk/alpine/a@1?distro=alpine-edge", "alpine", "", "edge"),
            ("pkg:rpm/redhat/a@1?distro=redhat-8.4", "rhel", "8.4", nil),
            ("pkg:rpm/redhat/a@1?distro=8.4", "rhel", "8.4", nil),
            ("pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed", "opensuse-tumbleweed", "", nil),
            ("pkg:deb/debian/a@1?distro=debian-sid", "debian", "", "sid"),
            ("pkg:deb/debian/a@1?distro=debian", "debian", "", nil),
            ("pkg:apk/a@1?distro=wolfi-20230201", "wolfi", "20230201", nil),
        ] as [(String, String, String, String?)]
    )
    func `distributions are named as os-release names them`(
        text: String,
        id: String,
        version: String,
        codename: String?
    ) throws {
        let distro = try #require(PackageURL(text)?.distro)
        #expect(distro.id == id)
        #expect(distro.versionID == version)
        #expect(distro.codename == codename)
    }

    @Test func `a version may come from elsewhere, a name may not`() throws {
        let parts = try #require(PackageURLParts("pkg:npm/%40a/b"))
        #expect(PackageURL(parts) == nil)
        #expect(PackageURL(parts, version: "3")?.package.version == "3")
        #expect(PackageURLParts("pkg:npm/@1") == nil)
        #expect(PackageURLParts("pkg:/a@1") == nil)
    }

    /// What is written is read as the same package, for each type that has a purl type of its own.
    @Test(arguments: [
        "deb", "apk", "rpm", "alpm", "python", "npm", "gem", "java-archive", "go-module", "rust-crate", "php-composer",
        "dotnet", "dart-pub", "pod", "conan", "hex", "hackage", "erlang-otp", "lua-rocks", "R-package", "swift", "opam",
        "nix", "bitnami", "terraform", "wordpress-plugin", "github-action", "binary",
    ])
    func `purls of every type survive writing and reading`(type: String) throws {
        let package = Package(type: PackageType(rawValue: type), name: "a-b", version: "1.2+3~x")
        let back = try #require(PackageURL(package.purl(distro: nil))).package
        #expect(back.type == package.type)
        #expect(back.name == package.name)
        #expect(back.version == package.version)
    }

    @Test(
        arguments: [
            (Package(type: .python, name: "pip", version: "1"), "pkg:pypi/pip@1?owner=python3-pip%2B"),
            (
                Package(type: .gem, name: "json", version: "2", arch: "x86_64-linux"),
                "pkg:gem/json@2?owner=python3-pip%2B&platform=x86_64-linux"
            ),
            (Package(type: .npm, name: "@a/b", version: "1"), "pkg:npm/%40a/b@1?owner=python3-pip%2B"),
            (Package(type: .pod, name: "A/b", version: "1"), "pkg:cocoapods/A@1?owner=python3-pip%2B#b"),
        ]
    )
    func `the purl of an owned package names its owner`(package: Package, purl: String) throws {
        let installed = InstalledPackage(package: package, layer: 0, paths: [], ownedBy: "python3-pip+")
        #expect(installed.purl(distro: nil) == purl)
        let back = try #require(PackageURL(purl))
        #expect(back.package == package)
        #expect(back.owner == "python3-pip+")
    }

    @Test func `the purl of a derivative's package leads to the distribution that it is made from`() throws {
        let pop = Distro(
            id: "pop",
            versionID: "22.04",
            name: "pop-22.04",
            idLike: ["ubuntu", "debian"],
            codename: "jammy"
        )
        let purl = Package(type: .deb, name: "a", version: "1").purl(distro: pop)
        #expect(purl == "pkg:deb/pop/a@1?distro=pop-22.04&distro_codename=jammy&distro_like=ubuntu%2Cdebian")
        #expect(PackageURL(purl)?.distro == pop)
        let alma = Distro(id: "almalinux", versionID: "9.4", name: "", idLike: ["rhel", "centos"], codename: "x")
        #expect(
            Package(type: .rpm, name: "a", version: "1").purl(distro: alma)
                == "pkg:rpm/almalinux/a@1?distro=almalinux-9.4"
        )
    }

    @Test func `only packages of languages have owners in purls`() {
        let package = Package(type: .deb, name: "a", version: "1")
        let installed = InstalledPackage(package: package, layer: 0, paths: [], ownedBy: "b")
        #expect(installed.purl(distro: nil) == package.purl(distro: nil))
        #expect(PackageURL("pkg:deb/debian/a@1?owner=b")?.owner == nil)
        #expect(PackageURL("pkg:npm/a@1?owner=")?.owner == nil)
    }

    @Test func `damaged purls never trap`() {
        let text = Array(
            "pkg:rpm/sles/lib%2B@1%3A2.0?arch=x86_64&distro=sles-15&epoch=1&upstream=x-1-2.src.rpm#sub".utf8
        )
        var random = SeededRandom(seed: 3)
        for length in text.indices { _ = PackageURL(String(decoding: text[..<length], as: UTF8.self)) }
        for _ in 0..<2000 {
            var copy = text
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            _ = PackageURL(String(decoding: copy, as: UTF8.self))
        }
    }
}
