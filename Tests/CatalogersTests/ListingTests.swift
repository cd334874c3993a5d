import Bytes
import ScanModel
import TallymanTesting
import Testing

@testable import Catalogers

@Suite("What package databases say of files")
struct ListingTests {
    private func listing(_ path: String, _ text: String, withDigests: Bool = true) -> [PackagedFiles] {
        let file = EvidenceFile(path: LayerPath(path), bytes: FileBytes(Array(text.utf8)))
        return Catalogers.listing(withDigests: withDigests)
            .filter { EvidenceSelection([$0]).catalogers(for: file.path) == [0] }
            .flatMap { $0.catalog(file).packaged }
    }

    @Test("dpkg's lists name the package, and odd lines cost themselves alone")
    func dpkg() {
        let hex = String(repeating: "a", count: 32)
        let found = listing(
            "var/lib/dpkg/info/libc6:amd64.md5sums",
            "\(hex)  usr/lib/libc.so\nshort\n\(hex.dropLast())z  usr/x\n\(hex)  ../../etc/shadow\n\(hex)  a b\r\n"
        )
        #expect(found.map(\.owner) == ["libc6"])
        #expect(found.first?.files.map(\.path.text) == ["usr/lib/libc.so", "a b"])
        #expect(found.first?.files.first?.digest == FileHash(.md5, hex: hex))
        let conffiles = listing("var/lib/dpkg/info/bash.conffiles", "/etc/bash.bashrc\nremove-on-upgrade /etc/old\n")
        #expect(conffiles.first?.files == [PackagedFile(path: LayerPath("etc/bash.bashrc"), isConfiguration: true)])
        #expect(listing("var/lib/dpkg/status.d/tzdata.md5sums", "\(hex)  x\n").map(\.owner) == ["tzdata"])
        #expect(
            listing("var/lib/dpkg/info/x.md5sums", "\(hex)  x\n", withDigests: false).first?.files.first?.digest == nil
        )
    }

    @Test("apk's records keep modes and digests to their files")
    func apk() {
        let found = listing(
            "lib/apk/db/installed",
            """
            P:one
            F:
            R:root-file
            F:usr/bin
            M:0:0:1777
            R:a
            a:0:0:4755
            Z:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
            R:b
            Z:Q2not

            P:two
            F:etc
            R:c
            """
        )
        #expect(found.map(\.owner) == ["one", "two"])
        #expect(found.first?.files.map(\.path.text) == ["root-file", "usr/bin/a", "usr/bin/b"])
        #expect(found.first?.files.map(\.mode) == [nil, 0o4755, nil])
        #expect(found.first?.files.map { $0.digest?.hex } == [nil, String(repeating: "0", count: 40), nil])
        #expect(found.last?.files.first?.isConfiguration == true)
    }

    @Test("Damaged databases are read as far as they go")
    func damaged() {
        var random = SeededRandom(seed: 11)
        let samples = [
            ("lib/apk/db/installed", "P:one\nV:1\nF:usr\nR:a\na:0:0:755\nZ:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"),
            ("var/lib/dpkg/info/a.md5sums", "\(String(repeating: "0", count: 32))  usr/a\n"),
            ("var/lib/dpkg/info/a.conffiles", "/etc/a\n/etc/b\n"),
            ("var/lib/rpm/rpmdb.sqlite", "SQLite format 3\u{0}xx"),
        ]
        for _ in 0..<1000 {
            for (path, text) in samples {
                var bytes = Array(text.utf8)
                for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                bytes.removeLast(random.below(bytes.count))
                let file = EvidenceFile(path: LayerPath(path), bytes: FileBytes(bytes))
                for cataloger in Catalogers.listing(withDigests: true) { _ = cataloger.catalog(file) }
            }
        }
    }
}
