import Bytes
import Codecs
import TallymanTesting
import Testing

@Suite("Gzip streams")
struct GzipTests {
    /// `printf 'tallyman tallyman tallyman\n' | gzip -9n`, for a block that is compressed and not stored.
    private static let compressed: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2b, 0x49, 0xcc, 0xc9, 0xa9, 0xcc, 0x4d, 0xcc,
        0x53,
        0x28, 0x41, 0x67, 0x70, 0x01, 0x00, 0xbe, 0xb5, 0x7f, 0x58, 0x1b, 0x00, 0x00, 0x00,
    ]

    private func read(_ stream: [UInt8], pieces: Int = 4096, outputSize: Int = 4096) throws -> [UInt8] {
        try collect(GzipReader(ArrayProducer(stream, pieceSize: pieces), outputSize: outputSize))
    }

    @Test("A compressed block reads alike in pieces of any size", arguments: [1, 2, 3, 5, 4096])
    func compressedBlock(pieces: Int) throws {
        let expected = Array("tallyman tallyman tallyman\n".utf8)
        #expect(try read(Self.compressed, pieces: pieces) == expected)
        #expect(try read(Self.compressed, pieces: pieces, outputSize: 1) == expected)
    }

    @Test(
        "Members follow each other, empty ones included, in pieces of any size",
        arguments: [1, 2, 3, 7, 18, 4096],
        [1, 3, 4096]
    )
    func members(pieces: Int, outputSize: Int) throws {
        let parts = [sample(500, seed: 2), [], sample(70_000, seed: 3), Array("x".utf8), []]
        var stream: [UInt8] = []
        for (index, part) in parts.enumerated() {
            stream += GzipBuilder.member(part, name: index == 2 ? "name" : nil)
        }
        stream += Self.compressed
        let expected = parts.flatMap(\.self) + Array("tallyman tallyman tallyman\n".utf8)
        #expect(try read(stream, pieces: pieces, outputSize: outputSize) == expected)
    }

    @Test("An empty member alone is an empty stream", arguments: [1, 2, 3, 64])
    func emptyMember(pieces: Int) throws {
        #expect(try read(GzipBuilder.member([]), pieces: pieces) == [])
    }

    // gzip(1) calls it "trailing garbage ignored".
    @Test(
        "What follows the last member is passed over",
        arguments: [
            [0], [UInt8](repeating: 0, count: 600), Array("garbage".utf8), [0x1f, 0x8c, 0, 0], [0, 0x1f, 0x8b, 8],
            [0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]],
        [1, 2, 3, 4096]
    )
    func trailing(garbage: [UInt8], pieces: Int) throws {
        let content = sample(300)
        #expect(try read(GzipBuilder.member(content) + garbage, pieces: pieces) == content)
    }

    @Test("A stream cut anywhere but between members throws", arguments: [1, 3, 4096])
    func truncated(pieces: Int) throws {
        let first = GzipBuilder.member(sample(200), name: "a")
        let stream = first + Self.compressed
        for length in 0..<stream.count where length != first.count {
            #expect(throws: CodecError.self, "cut at \(length)") { try read(Array(stream[..<length]), pieces: pieces) }
        }
        #expect(try read(first, pieces: pieces) == sample(200))
    }

    @Test("Whoever goes on reading after an error hears of it again or gets nothing, and it ends")
    func afterAnError() throws {
        let reader = GzipReader(ArrayProducer(Array(Self.compressed.dropLast(9)), pieceSize: 3))
        #expect(throws: CodecError.self) { try collect(reader) }
        #expect(throws: CodecError.self) { try collect(reader) }
    }

    @Test("A flipped bit gives an error or the end of the stream, and content is never changed unseen")
    func flipped() throws {
        let content = sample(100)
        for stream in [GzipBuilder.member(content), Self.compressed] {
            let expected = try read(stream)
            for offset in stream.indices {
                for bit in 0..<8 {
                    var damaged = stream
                    damaged[offset] ^= 1 << UInt8(bit)
                    for pieces in [1, 4096] {
                        do {
                            // The CRC covers the content; only bytes of the header may change without harm.
                            #expect(try read(damaged, pieces: pieces) == expected, "byte \(offset), bit \(bit)")
                        } catch {
                            #expect(error is CodecError)
                        }
                    }
                }
            }
        }
    }

    @Test("Random bytes behind the magic neither hang nor trap")
    func fuzz() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            let stream = [0x1f, 0x8b, 8, UInt8(random.below(32))] + random.bytes(random.below(200))
            do { _ = try read(stream, pieces: 1 + random.below(8)) } catch { #expect(error is CodecError) }
        }
    }

    @Test("The whole file in memory keeps its bound to the byte")
    func bound() throws {
        let content = sample(1000)
        let stream = GzipBuilder.member(content)
        #expect(try Gzip.decompress(stream, maxBytes: 1000) == content)
        #expect { try Gzip.decompress(stream, maxBytes: 999) } throws: { ($0 as? CodecError)?.code == .limit }
    }
}
