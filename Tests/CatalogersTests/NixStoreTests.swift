import Bytes
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@testable import Catalogers

/// Names as nixpkgs has them; what they mean is in Nix' manual, `builtins.parseDrvName`, and in Syft's tests.
@Suite("Packages of Nix, by the names in its store")
struct NixStoreTests {
    private static let hash = "h0cnbmfcn93xm5dg2x27ixhag1cwndga"

    @Test(
        "A name is a package, a version and perhaps an output",
        arguments: [
            ("glibc-2.34-210-bin", "glibc", "2.34-210", "bin"), ("glibc-2.37-8", "glibc", "2.37-8", nil),
            (
                "busybox-static-x86_64-unknown-linux-musl-1.35.0", "busybox-static-x86_64-unknown-linux-musl", "1.35.0",
                nil
            ),
            ("perl5.34.1-TimeDate-2.33", "perl5.34.1-TimeDate", "2.33", nil),
            ("libcap-2.63-lib", "libcap", "2.63", "lib"),
            ("bash-interactive-5.1-p16-man", "bash-interactive", "5.1-p16", "man"), ("kmod-29", "kmod", "29", nil),
            ("tzdata-2022a", "tzdata", "2022a", nil), ("openssl-1.1.1q", "openssl", "1.1.1q", nil),
            ("webdav-server-rs-unstable-2021-08-16", "webdav-server-rs", "unstable-2021-08-16", nil),
            ("libedit-20210910-3.1", "libedit", "20210910-3.1", nil), ("tool-1.2-beta", "tool", "1.2-beta", nil),
        ] as [(String, String, String, String?)]
    )
    func names(name: String, package: String, version: String, output: String?) throws {
        let found = try #require(NixStoreName(Array("\(Self.hash)-\(name)".utf8)[...]))
        #expect(found.package == package)
        #expect(found.version == version)
        #expect(found.output == output)
    }

    @Test(
        "Sources, recipes, patches and names without a version are no packages",
        arguments: [
            "git-minimal-2.36.0.drv", "0018-pkg-config-derive-prefix-from-prefix.patch", "base-system", "source",
            "Test-RequiresInternet-0.05.tar.gz", "CVE-2021-1234.patch", "-1", "", "-", "1.0",
        ]
    )
    func others(name: String) {
        #expect(NixStoreName(Array("\(Self.hash)-\(name)".utf8)[...]) == nil)
    }

    @Test("What has no hash of Nix's in front is none of its")
    func hashes() {
        #expect(NixStoreName(Array("glibc-2.34".utf8)[...]) == nil)
        #expect(NixStoreName(Array("e0cnbmfcn93xm5dg2x27ixhag1cwndga-glibc-2.34".utf8)[...]) == nil)
        #expect(NixStoreName([]) == nil)
    }

    private func inventory(_ layers: [TarBuilder]) throws -> [InstalledPackage] {
        try InventoryFold.fold(layers.map { try LayerScanner().scan(ArrayProducer($0.archive), expected: nil) })
            .packages
            .filter { $0.package.type == .nix }
    }

    @Test("Outputs are one package, and archives without entries for folders count as well")
    func layers() throws {
        var tar = TarBuilder()
        tar.directory("nix/store/\(Self.hash)-glibc-2.34-210")
        tar.file("nix/store/\(Self.hash)-glibc-2.34-210/lib/libc.so.6", "x")
        tar.file("nix/store/0296qxvn30z9b2ah1g5p97k5wr9k8y78-glibc-2.34-210-bin/bin/ldd", "x")
        tar.file("nix/store/0296qxvn30z9b2ah1g5p97k5wr9k8y78-glibc-2.34-210-bin/bin/ld.so", "x")
        tar.directory("srv/rootfs/nix/store/\(Self.hash)-kmod-29")
        tar.file("srv/nix/store/\(Self.hash)-other-1/bin/x", "x")
        let found = try inventory([tar])
        #expect(found.map(\.package.name) == ["glibc", "kmod"])
        #expect(found.first?.package.version == "2.34-210")
        #expect(found.first?.paths.count == 2)
        #expect(found.first?.package.purl(distro: nil) == "pkg:nix/glibc@2.34-210")
    }

    @Test(
        "What stands in a store path is its package's, and its programs are listed still: no distribution answers for them"
    )
    func owners() throws {
        var tar = TarBuilder()
        let store = "nix/store/\(Self.hash)-busybox-1.36.1"
        tar.file("\(store)/bin/busybox", "\u{7f}ELF\0BusyBox v1.36.1 (2023")
        tar.file("\(store)/lib/python3/site-packages/x-2.dist-info/METADATA", "Name: x\nVersion: 2\n")
        tar.file("usr/lib/python3/site-packages/y-3.dist-info/METADATA", "Name: y\nVersion: 3\n")
        let layer = try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)
        let found = InventoryFold.fold([layer]).packages.map { "\($0.package.name) \($0.ownedBy ?? "-")" }
        #expect(Set(found) == ["busybox -", "busybox nix:busybox", "x nix:busybox", "y -"])
    }

    @Test("A store path that a higher layer deletes is gone")
    func deleted() throws {
        var below = TarBuilder()
        below.file("nix/store/\(Self.hash)-kmod-29/bin/kmod", "x")
        var whiteout = TarBuilder()
        whiteout.file("nix/store/.wh.\(Self.hash)-kmod-29", "")
        var opaque = TarBuilder()
        opaque.file("nix/.wh..wh..opq", "")
        #expect(try inventory([below]).count == 1)
        #expect(try inventory([below, whiteout]).isEmpty)
        #expect(try inventory([below, opaque]).isEmpty)
        #expect(try inventory([below, whiteout, below]).count == 1)
    }

    @Test("Any bytes as a name give a package or nothing, never a trap")
    func hostile() {
        var random = SeededRandom(seed: 5)
        let alphabet = Array("abc0123-.unstable".utf8)
        for _ in 0..<5000 {
            let tail = (0..<random.below(40)).map { _ in alphabet[random.below(alphabet.count)] }
            _ = NixStoreName((Array(Self.hash.utf8) + [UInt8(ascii: "-")] + tail)[...])
            _ = NixStoreName(random.bytes(random.below(60))[...])
        }
    }
}
