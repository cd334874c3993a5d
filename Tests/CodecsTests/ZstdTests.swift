import Bytes
import Codecs
import TallymanTesting
import Testing

@Suite("Zstandard streams")
struct ZstdTests {
    /// A skippable frame with three bytes in it (RFC 8878, 3.1.2).
    private static let skippable: [UInt8] = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]

    private func read(_ stream: [UInt8], pieces: Int = 4096, outputSize: Int = 4096) throws -> [UInt8] {
        try collect(ZstdReader(ArrayProducer(stream, pieceSize: pieces), outputSize: outputSize))
    }

    @Test("Frames follow each other, skippable and empty ones included", arguments: [1, 2, 3, 17, 4096], [1, 3, 4096])
    func frames(pieces: Int, outputSize: Int) throws {
        let first = sample(20_000)
        let second = sample(333, seed: 9)
        let stream =
            try Self.skippable + Zstd.compress(first) + Zstd.compress([]) + Self.skippable + Zstd.compress(second)
            + Self.skippable
        #expect(try read(stream, pieces: pieces, outputSize: outputSize) == first + second)
    }

    @Test("A stream cut inside a frame throws", arguments: [1, 3, 4096])
    func truncated(pieces: Int) throws {
        let stream = try Self.skippable + Zstd.compress(sample(200))
        for length in 1..<stream.count where length != Self.skippable.count {
            #expect(throws: CodecError.self, "cut at \(length)") { try read(Array(stream[..<length]), pieces: pieces) }
        }
    }

    @Test("Content that just fills the output buffer comes out whole", arguments: [99, 100, 101, 199, 200, 201])
    func fullOutput(count: Int) throws {
        let content = sample(count)
        #expect(try read(Zstd.compress(content), outputSize: 100) == content)
    }

    @Test("A flipped bit gives an error or other content, never a trap")
    func flipped() throws {
        let stream = try Zstd.compress(sample(150))
        for offset in stream.indices {
            for bit in 0..<8 {
                var damaged = stream
                damaged[offset] ^= 1 << UInt8(bit)
                do { _ = try read(damaged, pieces: 5) } catch { #expect(error is CodecError) }
            }
        }
    }

    // A frame header by hand (RFC 8878, 3.1.1.1): no single segment, no content size; the window descriptor's exponent
    // is 10 less than the logarithm; then one empty raw block that is the last.
    @Test(
        "A window above the bound is refused, one at the bound is read",
        arguments: [(17, true), (18, false), (21, false)]
    )
    func window(exponent: Int, isRead: Bool) throws {
        let stream: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, UInt8(exponent << 3), 1, 0, 0]
        if isRead {
            #expect(try read(stream) == [])
        } else {
            #expect(throws: CodecError.self) { try read(stream) }
        }
    }

    @Test("Bytes behind a frame that are no frame throw")
    func garbage() throws {
        let stream = try Zstd.compress(sample(10)) + Array("garbage".utf8)
        #expect(throws: CodecError.self) { try read(stream) }
    }

    @Test("The whole file in memory keeps its bound to the byte")
    func bound() throws {
        let content = sample(1000)
        let stream = try Zstd.compress(content)
        #expect(try Zstd.decompress(stream, maxBytes: 1000) == content)
        #expect { try Zstd.decompress(stream, maxBytes: 999) } throws: { ($0 as? CodecError)?.code == .limit }
        #expect(try Zstd.decompress(Zstd.compress([]), maxBytes: 0) == [])
    }
}
