import Catalogers
import ScanModel
import Testing

private let path = "lib/apk/db/installed"

@Suite("Alpine packages")
struct ApkTests {
    @Test("A record's fields, with the package as its own source where no origin is named")
    func fields() throws {
        let found = try catalog(
            path,
            "C:Q1x=\nP:ssl_client\nV:1.36.1-r5\nA:x86_64\nL:GPL-2.0-only\no:busybox\nF:usr/bin\nR:ssl_client\n\nP:musl\nV:1.2-r0\n"
        )
        #expect(found.names == ["ssl_client 1.36.1-r5", "musl 1.2-r0"])
        let packages = found.packages.map(\.package)
        #expect(packages.map(\.source?.name) == ["busybox", "musl"])
        #expect(packages.map(\.arch) == ["x86_64", ""])
        #expect(packages.map(\.licenses) == [["GPL-2.0-only"], []])
        #expect(found.ownerships == [Ownership(owner: "ssl_client", paths: [LayerPath("usr/bin/ssl_client")])])
    }

    @Test("Damaged records and lines are counted or passed over, and cost no other record")
    func damaged() throws {
        let found = try catalog(path, "P:a\n\nV:1\n\nP\n:\nX\nP:b\nV:2\nF:..\nR:../x\n\n\n\nP:c\nV:3")
        #expect(found.names == ["b 2", "c 3"])
        #expect(found.problems == ["2 records without a sound name and version"])
        #expect(found.ownerships == [])
    }

    @Test("Both places of the database are read", arguments: ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
    func places(path: String) throws {
        #expect(try catalog(path, "P:a\nV:1\n").names == ["a 1"])
        #expect(
            Catalogers.selection.catalogers(for: LayerPath("x/" + path.replacing("lib/apk", with: "libx/apk"))).isEmpty
        )
    }

    @Test("Fields that are missing, unsound or come twice")
    func oddFields() throws {
        let long = String(repeating: "x", count: 5000)
        let found = try catalog(
            path,
            "V:1\nP:a\nP:b\nA:\u{1}\no:\(long)\nL:\(long)\np:so:libc.so=1 cmd:x\nD:so:libz\n\nP:\(long)\nV:1\n\nP:c\u{0}\nV:2\n\n"
                + "P:d\nV:\n\nP:e\nV:3-r0\no:\n"
        )
        #expect(found.names == ["b 1", "e 3-r0"])
        #expect(found.packages.map(\.package.source?.name) == ["b", "e"])
        #expect(found.packages.map(\.package.arch) == ["", ""])
        #expect(found.packages.map(\.package.licenses) == [[], []])
        #expect(found.problems == ["3 records without a sound name and version"])
    }

    @Test("A folder that is named once for many files stands for no more bytes than are kept of all paths")
    func longFolder() throws {
        let files = (0..<8_400).map { "R:\($0).jar\n" }.joined()
        let found = try catalog(path, "P:a\nV:1\nF:\(String(repeating: "d", count: 4094))\n\(files)\nP:b\nV:2\n")
        #expect(found.names == ["a 1", "b 2"])
        let paths = found.ownerships.flatMap(\.paths)
        #expect(paths.reduce(0) { $0 + $1.bytes.count } <= 32 << 20)
        #expect(found.problems == ["only \(paths.count) files of packages are noted"])
    }

    @Test("Letters' case matters: p are provides, not the name")
    func letterCase() throws {
        #expect(try catalog(path, "P:a\nV:1\np:so:libx=1\nv:9\n").names == ["a 1"])
    }
}
