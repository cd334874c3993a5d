import Bytes
import Codecs
import ScanModel
import Testing

@testable import Catalogers

@Suite("Images cut with Chisel")
struct ChiselTests {
    private static let manifest = #"""
        {"jsonwall":"1.0","schema":"1.0","count":9}
        {"kind":"content","slice":"libc6_libs","path":"/usr/lib/libc.so.6"}
        {"kind":"package","name":"libc6","version":"2.39-0ubuntu8.6","sha256":"ab","arch":"amd64"}
        {"kind":"package","name":"python3.12-minimal","version":"3.12.3-1ubuntu0.8","sha256":"cd","arch":"amd64"}
        {"kind":"package","name":"","version":"1","arch":"amd64"}
        {"kind":"path","path":"/usr/bin/python3.12","mode":"0755","slices":["python3.12-minimal_bins","libc6_libs"],"size":8}
        {"kind":"path","path":"/usr/share/doc/libc6/x","mode":"0644","slices":["libc6_libs"]}
        {"kind":"slice","name":"libc6_libs"}
        no JSON
        """#

    private func read(_ bytes: [UInt8]) -> CatalogedFile {
        ChiselCataloger().catalog(
            EvidenceFile(
                path: LayerPath("var/lib/chisel/manifest.wall"),
                bytes: FileBytes(bytes),
                isEvidence: { $0.text.hasPrefix("usr/bin/") }
            )
        )
    }

    @Test("the packages of slices are Debian's, and their files are owned; damaged lines cost themselves")
    func packages() throws {
        let found = read(try Zstd.compress(Array(Self.manifest.utf8), level: 3))
        #expect(
            found.packages.map(\.package) == [
                Package(type: .deb, name: "libc6", version: "2.39-0ubuntu8.6", arch: "amd64"),
                Package(type: .deb, name: "python3.12-minimal", version: "3.12.3-1ubuntu0.8", arch: "amd64"),
            ]
        )
        let python = [LayerPath("usr/bin/python3.12")]
        #expect(found.ownerships.map(\.owner) == ["libc6", "python3.12-minimal"])
        #expect(found.ownerships.map(\.paths) == [python, python])
        #expect(found.problems == ["2 records without a sound name and version"])
    }

    @Test("what is no manifest is a gap, however it is broken")
    func damaged() throws {
        let whole = try Zstd.compress(Array(Self.manifest.utf8), level: 3)
        let others = [
            [], Array("{}".utf8), Array(whole.dropLast(9)), try Zstd.compress(Array("{}\n".utf8), level: 3),
            try Zstd.compress([UInt8](repeating: 32, count: 17 << 20), level: 3),
        ]
        for bytes in others {
            let found = read(bytes)
            #expect(found.packages.isEmpty && found.problems.count == 1, "\(bytes.count) bytes")
        }
    }

    @Test("lines and owned files are bounded, and that is said", .timeLimit(.minutes(5)))
    func bounds() throws {
        let header = #"{"jsonwall":"1.0"}"# + "\n"
        let lines = read(try Zstd.compress(Array((header + String(repeating: "{}\n", count: 200_000)).utf8)))
        #expect(lines.problems == ["only 200000 lines of the manifest are read"])
        let slices = (0..<1000).map { "\"p\($0)_s\"" }.joined(separator: ",")
        let paths = (0..<101).map { "{\"kind\":\"path\",\"path\":\"/usr/bin/a\($0)\",\"slices\":[\(slices)]}" }
            .joined(separator: "\n")
        let files = read(try Zstd.compress(Array((header + paths).utf8)))
        #expect(files.problems == ["only 100000 files of packages are noted"])
        #expect(files.ownerships.reduce(0) { $0 + $1.paths.count } == 100_000)
    }

    @Test("the manifest is found wherever it was asked for")
    func places() {
        for path in ["var/lib/chisel/manifest.wall", "manifest.wall", "db/manifest.wall"] {
            let readers = Catalogers.selection.catalogers(for: LayerPath(path)).map { Catalogers.all[$0].name }
            #expect(readers == ["chisel"])
        }
    }
}
