import Bytes
import Catalogers
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@Suite("Snaps and what they were built from")
struct SnapTests {
    private static let manifest = """
        snapcraft-version: 7.2.9
        name: hello
        version: '2.10'
        base: core22
        architectures:
        - amd64
        grade: stable
        parts:
          hello:
            plugin: autotools
            build-packages: []
            organize: {}
        primed-stage-packages:
        - libssl3:amd64=3.0.2-0ubuntu1.10
        - zlib1g=1:1.2.11.dfsg-2ubuntu9.2
        - no-version
        """

    @Test("A snap is known by its own description")
    func description() throws {
        let found = try catalog(
            "snap/hello/42/meta/snap.yaml",
            "name: hello\nversion: 2.10\narchitectures: [amd64]\napps:\n  hello:\n    command: bin/hello\n"
        )
        let package = Package(type: .snap, name: "hello", version: "2.10", arch: "amd64", group: "snap")
        #expect(found.packages.map(\.package) == [package])
        let purl = package.purl(distro: nil)
        #expect(purl == "pkg:generic/snap/hello@2.10")
        #expect(PackageURL(purl)?.package.type == .snap)
    }

    @Test("A manifest names the snap and Ubuntu's packages in it, and what is no such entry is told")
    func manifest() throws {
        let found = try catalog("snap/hello/42/snap/manifest.yaml", Self.manifest)
        #expect(found.names == ["hello 2.10", "libssl3 3.0.2-0ubuntu1.10", "zlib1g 1:1.2.11.dfsg-2ubuntu9.2"])
        #expect(found.packages.map(\.package.type) == [.snap, .deb, .deb])
        #expect(found.packages.map(\.package.arch) == ["amd64", "amd64", ""])
        #expect(found.problems == ["1 records without a sound name and version"])
    }

    @Test("Base snaps list their packages in one of two forms")
    func bases() throws {
        let yaml = try catalog(
            "usr/share/snappy/dpkg.yaml",
            "package-repositories: []\npackages:\n- adduser=3.118ubuntu2\n"
        )
        #expect(yaml.names == ["adduser 3.118ubuntu2"])
        let list = """
            Desired=Unknown/Install/Remove/Purge/Hold
            ||/ Name           Version        Architecture Description
            +++-==============-==============-============-=================
            ii  adduser        3.113+nmu3     all          add and remove users
            hi  libc6:amd64    2.23-0ubuntu11 amd64        GNU C Library
            rc  gone           1.0            amd64        removed
            """
        let found = try catalog("usr/share/snappy/dpkg.list", list)
        #expect(found.names == ["adduser 3.113+nmu3", "libc6 2.23-0ubuntu11"])
    }

    @Test("Files of other software with such names say nothing")
    func others() throws {
        #expect(try catalog("app/snap/manifest.yaml", "name: app\nversion: 1\n").packages.isEmpty)
        #expect(try catalog("app/snap/manifest.yaml", "a: &x [*x]\n").problems.count == 1)
    }

    @Test("In an image of another distribution they stay Ubuntu's, and are no database of the image")
    func foreign() throws {
        var tar = TarBuilder()
        tar.file("etc/os-release", "ID=debian\nVERSION_ID=12\n")
        tar.file("snap/hello/42/snap/manifest.yaml", Self.manifest)
        let inventory = InventoryFold.fold([try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)])
        let purls = inventory.packages.map { $0.package.purl(distro: inventory.distro) }
        #expect(purls.contains("pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.10?arch=amd64"))
        #expect(inventory.gaps.map(\.gap.reason).contains { $0.hasPrefix("no package database") })
    }

    @Test("Truncated and changed files give packages or problems, never a trap")
    func hostile() throws {
        var random = SeededRandom(seed: 9)
        let texts = [
            ("meta/snap.yaml", "name: a\nversion: 1\n"), ("snap/manifest.yaml", Self.manifest),
            ("usr/share/snappy/dpkg.list", "ii  a 1 all x\n"),
        ]
        for (path, text) in texts {
            let bytes = Array(text.utf8)
            for length in bytes.indices { _ = try catalog(path, Array(bytes[..<length])) }
            for _ in 0..<300 {
                var copy = bytes
                for _ in 0...random.below(4) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
                _ = try catalog(path, copy)
            }
        }
    }
}
