import Bytes
import Catalogers
import ScanModel
import Testing

@Suite("Suppliers, hashes and licences of packages")
struct PackageDetailTests {
    @Test("Databases of OS packages name who maintains them")
    func suppliers() throws {
        let dpkg = try catalog("var/lib/dpkg/status", "Package: a\nVersion: 1\nMaintainer:  M <m@x>\n")
        #expect(dpkg.packages.map(\.package.supplier) == ["M <m@x>"])
        let apk = try catalog("lib/apk/db/installed", "P:a\nV:1-r0\nm:N <n@x>\n\nP:b\nV:1-r0\nm:\u{1}\n\n")
        #expect(apk.packages.map(\.package.supplier) == ["N <n@x>", nil])
        let alpm = try catalog(
            "var/lib/pacman/local/a-1-1/desc",
            "%NAME%\na\n\n%VERSION%\n1-1\n\n%PACKAGER%\nP <p@x>\n\n"
        )
        #expect(alpm.packages.map(\.package.supplier) == ["P <p@x>"])
    }

    // Units: Debian Policy 5.6.20 (KiB); apk-tools' `I`, pacman's %SIZE%, opkg and rpm's tag 1009 count bytes.
    @Test("Databases of OS packages state how much each takes")
    func sizes() throws {
        let dpkg = try catalog(
            "var/lib/dpkg/status",
            ["7", "none", "-1", "9223372036854775807"].enumerated()
                .map { "Package: a\($0)\nVersion: 1\nInstalled-Size: \($1)\n\n" }.joined()
        )
        #expect(dpkg.packages.map(\.package.installedBytes) == [7168, nil, nil, nil])
        let opkg = try catalog("usr/lib/opkg/status", "Package: a\nVersion: 1\nInstalled-Size: 7\n")
        #expect(opkg.packages.map(\.package.installedBytes) == [7])
        let apk = try catalog("lib/apk/db/installed", "P:a\nV:1-r0\nS:9\nI:4096\n\nP:b\nV:1-r0\n\n")
        #expect(apk.packages.map(\.package.installedBytes) == [4096, nil])
        let alpm = try catalog("var/lib/pacman/local/a-1-1/desc", "%NAME%\na\n\n%VERSION%\n1-1\n\n%SIZE%\n55\n\n")
        #expect(alpm.packages.map(\.package.installedBytes) == [55])
        var rpm = RPMBuilder()
        rpm.add([1000: "a", 1001: "1", 1002: "1"], numbers: [1009: 4_000_000_000])
        let found = try catalog("var/lib/rpm/Packages.db", rpm.database)
        #expect(found.packages.map(\.package.installedBytes) == [4_000_000_000])
    }

    @Test("opkg's control files state a licence")
    func opkg() throws {
        let found = try catalog("usr/lib/opkg/status", "Package: a\nVersion: 1\nLicense: GPL-2.0\n")
        #expect(found.packages.map(\.package.licenses) == [["GPL-2.0"]])
    }

    @Test("Licences of every ecosystem become SPDX expressions where they are recognised")
    func licenses() throws {
        let path = LayerPath("app/node_modules/a/package.json")
        let wanted = Catalogers.selection.catalogers(for: path)
        let cataloger = Catalogers.selection.catalogers[try #require(wanted.first)]
        let text = #"{"name":"a","version":"1","licenses":[{"type":"Apache 2.0"},{"type":"House rules"}]}"#
        let found = cataloger.read(EvidenceFile(path: path, bytes: FileBytes(Array(text.utf8))))
        #expect(found.packages.map(\.package.licenses) == [["Apache-2.0", "House rules"]])
    }

    @Test("A conda package has the hashes of its archive")
    func conda() throws {
        let sha256 = String(repeating: "a", count: 64)
        let found = try catalog(
            "opt/conda/conda-meta/a-1.json",
            #"{"name":"a","version":"1","sha256":"\#(sha256)","md5":"no hash"}"#
        )
        #expect(found.packages.map { $0.package.hashes.map(\.description) } == [["sha256:\(sha256)"]])
    }
}
