import ScanModel
import Testing

private let debian = Distro(id: "debian", versionID: "12", name: "Debian")
private let alpine = Distro(id: "alpine", versionID: "", name: "Alpine", codename: "edge")

@Suite("Package URLs")
struct PackageURLTests {
    // Forms after purl-spec, PURL-TYPES.rst.
    @Test(
        "Each type has its form",
        arguments: [
            (
                Package(
                    type: .deb,
                    name: "libc6",
                    version: "2.36-9+deb12u4",
                    arch: "amd64",
                    source: SourcePackage(name: "glibc", version: "2.36-9+deb12u4")
                ),
                debian, "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc"
            ),
            (
                Package(type: .deb, name: "a", version: "1:2", source: SourcePackage(name: "b", version: "3")), debian,
                "pkg:deb/debian/a@1:2?distro=debian-12&upstream=b%403"
            ),
            (
                Package(type: .deb, name: "a", version: "1", source: SourcePackage(name: "a", version: "1")), nil,
                "pkg:deb/a@1"
            ),
            (
                Package(type: .apk, name: "musl", version: "1.2-r0", arch: "x86_64"), alpine,
                "pkg:apk/alpine/musl@1.2-r0?arch=x86_64&distro=alpine-edge"
            ),
            (
                Package(type: .rpm, name: "bind", version: "32:9.1-2", module: "bind:9:1:c"),
                Distro(id: "rhel", versionID: "8", name: ""),
                "pkg:rpm/rhel/bind@9.1-2?distro=rhel-8&epoch=32&rpmmod=bind:9:1:c"
            ),
            (
                Package(type: .python, name: "Zope.Interface__x", version: "1.0+local"), debian,
                "pkg:pypi/zope-interface-x@1.0%2Blocal"
            ),
            (Package(type: .npm, name: "@angular/core", version: "1.0.0"), nil, "pkg:npm/%40angular/core@1.0.0"),
            (Package(type: .npm, name: "left-pad", version: "1"), nil, "pkg:npm/left-pad@1"),
            (Package(type: .gem, name: "rails", version: "7"), nil, "pkg:gem/rails@7"),
            (
                Package(type: .java, name: "core", version: "2", group: "org.example"), nil,
                "pkg:maven/org.example/core@2"
            ),
            (Package(type: .java, name: "core", version: Package.unknownVersion), nil, "pkg:maven/core"),
            (
                Package(type: .deb, name: "a", version: Package.unknownVersion), debian,
                "pkg:deb/debian/a?distro=debian-12"
            ),
            (Package(type: .java, name: "core", version: "2"), nil, "pkg:maven/core@2"),
            (
                Package(type: .go, name: "github.com/a/b/v2", version: "v2.0.0+incompatible"), nil,
                "pkg:golang/github.com/a/b/v2@v2.0.0%2Bincompatible"
            ),
            (
                Package(
                    type: .alpm,
                    name: "lib32-glibc",
                    version: "2.39+r52-1",
                    arch: "x86_64",
                    source: SourcePackage(name: "glibc", version: "2.39+r52-1")
                ),
                Distro(id: "arch", versionID: "", name: ""),
                "pkg:alpm/arch/lib32-glibc@2.39%2Br52-1?arch=x86_64&distro=arch&upstream=glibc"
            ),
            (
                Package(type: .portage, name: "app-containers/skopeo", version: "1.5.1"), nil,
                "pkg:ebuild/app-containers/skopeo@1.5.1"
            ),
            (
                Package(type: .swift, name: "swift-syntax", version: "509.1.1", group: "github.com/apple"), nil,
                "pkg:swift/github.com/apple/swift-syntax@509.1.1"
            ),
            (Package(type: .swift, name: "local", version: "1"), nil, "pkg:swift/local@1"),
            (
                Package(type: .pod, name: "AppCenter/Core", version: "4.2.0"), nil,
                "pkg:cocoapods/AppCenter@4.2.0#Core"
            ),
            (
                Package(type: .pod, name: "gRPC-C++/Interface/x", version: "1.0"), nil,
                "pkg:cocoapods/gRPC-C%2B%2B@1.0#Interface/x"
            ),
            (
                Package(type: .githubAction, name: "github/codeql-action/init", version: "v3"), nil,
                "pkg:github/github/codeql-action@v3#init"
            ),
            (Package(type: .githubAction, name: "a/b", version: "v1"), nil, "pkg:github/a/b@v1"),
            (Package(type: .go, name: "stdlib", version: "go1.22.1"), nil, "pkg:golang/stdlib@1.22.1"),
            (Package(type: .go, name: "stdlib", version: "go1.22rc1"), nil, "pkg:golang/stdlib@1.22rc1"),
            (Package(type: .go, name: "stdlib", version: "go1.22.1-x"), nil, "pkg:golang/stdlib@go1.22.1-x"),
            (Package(type: .go, name: "stdlib", version: "gopher"), nil, "pkg:golang/stdlib@gopher"),
        ] as [(Package, Distro?, String)]
    )
    func forms(package: Package, distro: Distro?, expected: String) {
        #expect(package.purl(distro: distro) == expected)
    }

    // The kinds of purl-spec, PURL-TYPES.rst; `otp`, `swiplpack` and `wordpress-plugin` after Syft.
    @Test(
        "Ecosystems without namespaces have the kind of their registry",
        arguments: [
            (.rust, "cargo"), (.dotnet, "nuget"), (.dart, "pub"), (.hex, "hex"), (.erlangOTP, "otp"),
            (.hackage, "hackage"), (.rPackage, "cran"), (.luaRocks, "luarocks"), (.cpan, "cpan"), (.conda, "conda"),
            (.conan, "conan"), (.homebrew, "brew"), (.opam, "opam"), (.swiplPack, "swiplpack"), (.julia, "julia"),
            (.wordPressPlugin, "wordpress-plugin"),
        ] as [(PackageType, String)]
    )
    func kinds(type: PackageType, kind: String) {
        #expect(Package(type: type, name: "a_b", version: "1+2").purl(distro: nil) == "pkg:\(kind)/a_b@1%2B2")
    }

    @Test(
        "Nothing of a hostile name can pass for another part",
        arguments: ["a@b?c#d/e", "a b", "\u{e9}", "%41", "@", "@/", "/", "a\u{0}\n"]
    )
    func hostile(name: String) {
        for type in [PackageType.deb, .npm, .python, .gem, .java, .swift, .portage, PackageType(rawValue: "other")] {
            let purl = Package(type: type, name: name, version: name).purl(distro: nil)
            #expect(purl.utf8.filter { $0 == UInt8(ascii: "@") }.count == 1)
            #expect(!purl.contains("?") && !purl.contains("#") && !purl.contains(" "))
            #expect(purl.utf8.allSatisfy { $0 > 32 && $0 < 127 })
        }
    }
}
