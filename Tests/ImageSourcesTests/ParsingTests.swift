import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import ImageSources

@Suite struct `Parsing of sources and purls` {
    @Test(
        arguments: [
            ("debian:12", "docker.io/library/debian:12"),
            ("registry.example:5000/team/app@sha256:" + String(repeating: "a", count: 64), nil),
            ("docker-archive:a.tar", "docker-archive:a.tar"), ("oci-archive:a.tar:tag", "oci-archive:a.tar:tag"),
            ("oci-dir:layout:1.2", "oci-dir:layout:1.2"), ("dir:/", "dir:/"), ("sbom:x.json", "sbom:x.json"),
            ("purls:list", "purls:list"),
        ] as [(String, String?)]
    )
    func `every form is read`(text: String, shown: String?) throws {
        let source = try ImageSource(text)
        #expect(source.description == shown ?? text)
    }

    @Test(arguments: ["", "dir:", "oci-dir:", "UPPER/Case", "http://", "a b", "registry.example:5000"])
    func `what names no image is a usage error`(text: String) {
        let error = #expect(throws: ImageSourceError.self) { try ImageSource(text) }
        #expect(error?.code == .usage)
    }

    /// Purls as this program writes them come back as the same package.
    @Test func `a path without a word for what it is gets told the words`() throws {
        let scratch = try Scratch()
        let file = "\(scratch.path)/Image.tar"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        let error = #expect(throws: ImageSourceError.self) { try ImageSource(file) }
        #expect(error?.code == .usage)
        #expect(error?.description.contains("docker-archive:\(file) or oci-archive:\(file)") == true)
        let folder = #expect(throws: ImageSourceError.self) { try ImageSource(scratch.path) }
        #expect(folder?.description.contains("dir:\(scratch.path)") == true)
    }

    @Test(arguments: [
        Package(
            type: .deb,
            name: "libstdc++6",
            version: "1:12.2.0-14",
            arch: "amd64",
            source: SourcePackage(name: "gcc-12", version: "12.2.0-14")
        ),
        Package(
            type: .rpm,
            name: "bash",
            version: "1:4.4-1",
            arch: "x86_64",
            source: SourcePackage(name: "bash", version: "1:4.4-1")
        ),
        Package(
            type: .apk,
            name: "musl",
            version: "1.2.4-r2",
            arch: "x86_64",
            source: SourcePackage(name: "musl", version: "1.2.4-r2")
        ),
        Package(type: .npm, name: "@babel/core", version: "7.0.0"),
        Package(type: .python, name: "flask", version: "2.2.2"),
        Package(type: .go, name: "golang.org/x/net", version: "v0.1.0+incompatible"),
        Package(type: .java, name: "log4j-core", version: "2.14.1", group: "org.apache.logging.log4j"),
        Package(type: .gem, name: "rack", version: "3.0.0"),
    ])
    func `purls survive writing and reading`(package: Package) throws {
        let distro = Distro(id: "debian", versionID: "12", name: "debian-12")
        let url = try #require(PackageURL(package.purl(distro: distro)))
        #expect(url.package == package)
        #expect(url.distro == (package.type.isOS ? distro : nil))
    }

    @Test(arguments: [
        "", "pkg:", "pkg:npm", "pkg:npm/", "pkg:npm/name", "pkg:npm/@1.0", "pkg:npm/name@", "npm/name@1",
        "pkg:deb/debian/@1",
        "pkg:npm/%40scope/name?x=y", String(repeating: "pkg:npm/a@1", count: 1000),
    ])
    func `what is no purl with a version is refused`(text: String) { #expect(PackageURL(text) == nil) }

    @Test(
        arguments: [
            ("pkg:deb/debian/a@1?distro=bookworm", "debian", "", "bookworm"),
            ("pkg:deb/debian/a@1?distro=debian-12.5", "debian", "12.5", nil),
            ("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.6", "opensuse-leap", "15.6", nil),
            ("pkg:apk/alpine/a@1?distro=3.20.1", "alpine", "3.20.1", nil),
        ] as [(String, String, String, String?)]
    )
    func `the distribution is read in the forms in use`(text: String, id: String, version: String, codename: String?) {
        let distro = PackageURL(text)?.distro
        #expect(distro?.id == id)
        #expect(distro?.versionID == version)
        #expect(distro?.codename == codename)
    }

    @Test func `a purl cut or damaged anywhere never traps`() {
        let text = Array("pkg:deb/debian/lib%2B@1%3A2.0?arch=amd64&distro=debian-12&upstream=x%401.0#sub".utf8)
        var random = SeededRandom(seed: 7)
        for length in 0..<text.count { _ = PackageURL(String(decoding: text.prefix(length), as: UTF8.self)) }
        for _ in 0..<500 {
            var damaged = text
            damaged[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
            _ = PackageURL(String(decoding: damaged, as: UTF8.self))
        }
    }
}
