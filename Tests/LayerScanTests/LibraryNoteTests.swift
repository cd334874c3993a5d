import Bytes
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@Suite("Shared libraries that name their package")
struct LibraryNoteTests {
    /// A 64-bit ELF file with a package note behind `gap` other bytes (systemd, "Package Metadata for Executable Files").
    private static func library(gap: Int = 0) -> [UInt8] {
        func le(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
        let text = Array(#"{"type":"x","name":"lib","version":"1.2"}"#.utf8)
        let note = le(4, 4) + le(text.count, 4) + le(0xcafe_1a7e, 4) + Array("FDO\0".utf8) + text
        let names = [0] + Array(".note.package\0".utf8)
        let start = 64 + gap
        func section(_ name: Int, _ offset: Int, _ size: Int) -> [UInt8] {
            le(name, 4) + le(7, 4) + zeros(16) + le(offset, 8) + le(size, 8) + zeros(24)
        }
        let header: [UInt8] =
            [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + zeros(9) + le(3, 2) + le(62, 2) + le(1, 4) + zeros(16)
            + le(start + note.count + names.count, 8) + zeros(4) + le(64, 2) + le(56, 2) + le(0, 2) + le(64, 2)
            + le(3, 2) + le(2, 2)
        return header + zeros(gap) + note + names + section(0, 0, 0) + section(1, start, note.count)
            + section(0, start + note.count, names.count) + zeros(20_000)
    }

    private func names(_ path: String, _ bytes: [UInt8], mode: Int = 0o644, pieces: Int = 65_536) throws -> [String] {
        var tar = TarBuilder()
        tar.file(path, bytes, mode: mode)
        return try LayerScanner().scan(ArrayProducer(tar.archive, pieceSize: pieces), expected: nil).report.evidence
            .flatMap(\.packages).map(\.package.name)
    }

    @Test("A note at the beginning of a library counts without an executable bit", arguments: [1, 3, 511, 700, 65_536])
    func noted(pieces: Int) throws {
        #expect(try names("usr/lib/liba.so", Self.library(), pieces: pieces) == ["lib"])
        #expect(try names("usr/lib/liba.so.1.2", Self.library(), pieces: pieces) == ["lib"])
    }

    @Test("A library that is looked at for its name, too, has its note read all the same")
    func named() throws {
        let library = Self.library() + Array("node.js/v18.13.0\0".utf8)
        for mode in [0o644, 0o755] {
            #expect(try names("usr/lib/libnode.so.108", library, mode: mode) == ["node", "lib"])
        }
        #expect(try names("usr/lib/libnode.so.108", Self.library(gap: 8192)) == [])
    }

    @Test("Files of other names, and libraries with a note further on, need the bit")
    func others() throws {
        #expect(try names("usr/share/a.o", Self.library()) == [])
        #expect(try names("usr/lib/liba.sock", Self.library(), mode: 0o755) == ["lib"])
        #expect(try names("usr/lib/liba.so", Self.library(gap: 8192)) == [])
        #expect(try names("usr/lib/liba.so", Self.library(gap: 8192), mode: 0o755) == ["lib"])
        #expect(try names("usr/lib/liba.so", Array("FDO\0 no program".utf8)) == [])
    }

    @Test("A program is recognised however few of its bytes come at a time", arguments: [1, 2, 3, 513])
    func pieces(size: Int) throws {
        let program = [0x7f, 0x45, 0x4c, 0x46] + Array("BusyBox v1.36.1 (2023".utf8)
        #expect(try names("bin/busybox", program, mode: 0o755, pieces: size) == ["busybox"])
        var limits = LayerScanLimits()
        limits.memoryBytes = 8
        var tar = TarBuilder()
        tar.file("bin/busybox", program + [UInt8](repeating: 7, count: 9000), mode: 0o755)
        let spooled = try LayerScanner(limits: limits).scan(
            ArrayProducer(tar.archive, pieceSize: size),
            expected: nil
        )
        #expect(spooled.report.evidence.flatMap(\.packages).map(\.package.version) == ["1.36.1"])
    }
}
