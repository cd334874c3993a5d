import Bytes
import TallymanTesting
import Tar
import Testing

@Suite("Tar archives")
struct TarReaderTests {
    private struct Read: Equatable {
        var path: String
        var kind: TarEntryKind
        var content: [UInt8] = []
        var target = ""
    }

    private func read(_ archive: [UInt8], pieces: Int = 4096, maxEntries: Int = 1000) throws -> [Read] {
        let reader = try TarReader(ArrayProducer(archive, pieceSize: pieces))
        var found: [Read] = []
        while found.count < maxEntries, let entry = try reader.nextEntry() {
            var content: [UInt8] = []
            while let block = try reader.nextBlock() {
                content += [UInt8](repeating: 0, count: max(0, min(1 << 20, Int(block.offset) - content.count)))
                content += block.bytes
            }
            if entry.kind == .file, entry.size < 1 << 20 {
                content += [UInt8](repeating: 0, count: max(0, Int(entry.size) - content.count))
            }
            found.append(
                Read(
                    path: String(decoding: entry.path, as: UTF8.self),
                    kind: entry.kind,
                    content: content,
                    target: String(decoding: entry.linkTarget, as: UTF8.self)
                )
            )
        }
        return found
    }

    @Test("Every kind of entry reads alike in pieces of any size", arguments: [1, 2, 3, 511, 513, 65536])
    func kinds(pieces: Int) throws {
        var tar = TarBuilder()
        tar.directory("etc")
        tar.file("etc/empty", "")
        tar.file("etc/one", [UInt8](repeating: 7, count: 513))
        tar.symlink("etc/link", to: "one")
        tar.hardlink("etc/hard", to: "etc/one")
        tar.entry(Array("dev/null".utf8), .characterDevice)
        tar.entry(Array("run/pipe".utf8), .fifo)
        let expected = [
            Read(path: "etc/", kind: .directory), Read(path: "etc/empty", kind: .file),
            Read(path: "etc/one", kind: .file, content: [UInt8](repeating: 7, count: 513)),
            Read(path: "etc/link", kind: .symlink, target: "one"),
            Read(path: "etc/hard", kind: .hardlink, target: "etc/one"), Read(path: "dev/null", kind: .other),
            Read(path: "run/pipe", kind: .other),
        ]
        #expect(try read(tar.archive, pieces: pieces) == expected)
        #expect(try read(tar.unterminated, pieces: pieces) == expected)
    }

    @Test("Long names come through in pax and GNU form, non-ASCII and non-UTF-8 ones too")
    func longNames() throws {
        let long = String(repeating: "directory/", count: 60) + "file"
        let accented = "usr/lib/n\u{f6}de/\u{4e2d}"
        var tar = TarBuilder()
        tar.paxFile(Array(long.utf8), [1])
        tar.gnuLongNameFile(Array(long.utf8), [2, 2])
        tar.paxFile(Array(accented.utf8), [3])
        tar.file(accented, [4])
        tar.entry(Array("hard".utf8), .hardlink, target: Array(long.utf8))
        let found = try read(tar.archive)
        #expect(found.map(\.path) == [long, long, accented, accented, "hard"])
        #expect(found.map(\.content) == [[1], [2, 2], [3], [4], []])
        #expect(found.last?.target == long)
    }

    @Test("Names that are not UTF-8 keep their bytes")
    func rawNames() throws {
        let name: [UInt8] = Array("opt/".utf8) + [0xff, 0xfe, 0xe9]
        for isPax in [false, true] {
            var tar = TarBuilder()
            if isPax { tar.paxFile(name, [1]) } else { tar.entry(name, .file, content: [1]) }
            let entry = try TarReader(ArrayProducer(tar.archive)).nextEntry()
            #expect(entry?.path == name, "pax: \(isPax)")
        }
    }

    @Test("Names that lead out of the image are given as they are, for the caller to refuse")
    func hostileNames() throws {
        var tar = TarBuilder()
        let names = ["../../etc/passwd", "/etc/shadow", "a/../../b", "./x", "//y"]
        for name in names { tar.file(name, [1]) }
        #expect(try read(tar.archive).map(\.path) == names)
    }

    @Test("A sparse file has zeros between its pieces")
    func sparse() throws {
        var tar = TarBuilder()
        tar.gnuSparseFile("sparse", realSize: 4000, pieces: [(512, [1, 1, 1]), (2000, [2]), (4000, [])])
        tar.file("after", [3])
        var expected = [UInt8](repeating: 0, count: 4000)
        expected.replaceSubrange(512..<515, with: [1, 1, 1])
        expected[2000] = 2
        let found = try read(tar.archive)
        #expect(found.map(\.path) == ["sparse", "after"])
        #expect(found.first?.content == expected)
        #expect(found.last?.content == [3])
    }

    @Test("An archive of no bytes, and one of zeros alone, has no entries")
    func empty() throws {
        #expect(try read([]) == [])
        #expect(try read([UInt8](repeating: 0, count: 1024)) == [])
        #expect(try read([UInt8](repeating: 0, count: 10240), pieces: 1) == [])
    }

    @Test("An archive cut inside an entry throws, whether its content is read or passed over", arguments: [1, 700])
    func truncated(pieces: Int) throws {
        var tar = TarBuilder()
        tar.file("one", [UInt8](repeating: 1, count: 600))
        tar.paxFile(Array("two".utf8), [UInt8](repeating: 2, count: 100))
        let archive = tar.unterminated
        let whole = Set(tar.boundaries + [archive.count])
        // What only fills up a record may be missing.
        let fillers = Set((512 + 600)..<1536).union((archive.count - 412)..<archive.count)
        for length in 1..<archive.count where !whole.contains(length) && !fillers.contains(length) {
            let cut = Array(archive[..<length])
            #expect(throws: TarError.self, "cut at \(length)") { try read(cut, pieces: pieces) }
            #expect(throws: TarError.self, "cut at \(length), passed over") {
                let reader = try TarReader(ArrayProducer(cut, pieceSize: pieces))
                while try reader.nextEntry() != nil {}
            }
        }
    }

    @Test("An archive may end with the content of its last entry", arguments: [1, 100, 512, 513, 1_000_000])
    func unfilled(size: Int) throws {
        var tar = TarBuilder()
        tar.file("one", [UInt8](repeating: 1, count: 600))
        tar.paxFile(Array("two".utf8), [UInt8](repeating: 2, count: size))
        let end = tar.unterminated.count - (512 - size % 512) % 512
        for length in [end, end + 1, end + 300] where length <= tar.unterminated.count {
            let cut = Array(tar.unterminated[..<length])
            for pieces in [1, 512, 65536] where pieces > 1 || size < 10_000 {
                let entries = try read(cut, pieces: pieces)
                #expect(entries.map(\.path) == ["one", "two"])
                #expect(entries.map(\.content.count) == [600, size])
                let reader = try TarReader(ArrayProducer(cut, pieceSize: pieces))
                var passed = 0
                while try reader.nextEntry() != nil { passed += 1 }
                #expect(passed == 2)
                #expect(try reader.nextEntry() == nil)
            }
        }
        #expect(throws: TarError.self) { try read(Array(tar.unterminated[..<(end - 1)])) }
    }

    @Test("A header that claims more than there is throws", arguments: [1, 512, 1 << 30])
    func overclaim(size: Int) throws {
        var tar = TarBuilder()
        tar.claim("big", size: size)
        #expect(throws: TarError.self) { try read(tar.unterminated) }
    }

    @Test("Flipped bytes and random blocks give entries or a TarError, never a trap")
    func damaged() throws {
        var tar = TarBuilder()
        tar.paxFile(Array(String(repeating: "n/", count: 80).utf8), [1, 2, 3])
        tar.gnuSparseFile("s", realSize: 900, pieces: [(100, [1])])
        tar.symlink("l", to: "s")
        let archive = tar.archive
        var random = SeededRandom(seed: 11)
        for _ in 0..<4000 {
            var copy = archive
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            do { _ = try read(copy) } catch { #expect(error is TarError) }
        }
    }

    private final class BrokenSource: ByteProducer {
        struct Broken: Error {}
        private let bytes: ArrayProducer
        init(_ bytes: [UInt8]) { self.bytes = ArrayProducer(bytes) }

        func next() throws -> UnsafeRawBufferPointer {
            let piece = try bytes.next()
            if piece.isEmpty { throw Broken() }
            return piece
        }
    }

    @Test("The source's own error comes through wherever it breaks", arguments: [0, 1, 100, 511, 512, 600, 1024, 1536])
    func sourceError(length: Int) throws {
        var tar = TarBuilder()
        tar.file("one", [UInt8](repeating: 1, count: 600))
        let cut = Array(tar.archive.prefix(length))
        #expect(throws: BrokenSource.Broken.self) {
            let reader = try TarReader(BrokenSource(cut))
            while try reader.nextEntry() != nil {}
        }
    }
}
