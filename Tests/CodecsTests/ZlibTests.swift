import Codecs
import Testing

@Suite("Whole zlib streams")
struct ZlibTests {
    // Python: zlib.compress(b"hello hello hello hello", 9)
    private static let stream: [UInt8] = [
        0x78, 0xda, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0x01, 0x68, 0x03, 0x08, 0xb1,
    ]
    private static let text = Array("hello hello hello hello".utf8)

    @Test("A stream is inflated, whatever stands behind it")
    func inflated() throws {
        #expect(try Zlib.decompress(Self.stream, maxBytes: 23) == Self.text)
        #expect(try Zlib.decompress(Self.stream + [0, 0, 1, 2], maxBytes: 1000) == Self.text)
    }

    @Test("A bomb is stopped at the limit")
    func limit() {
        #expect(throws: CodecError.self) { try Zlib.decompress(Self.stream, maxBytes: 22) }
    }

    @Test("Cut and changed streams throw or give bytes, and never run on")
    func damaged() {
        for length in Self.stream.indices {
            #expect(throws: CodecError.self) {
                try Zlib.decompress(Array(Self.stream[..<length]), maxBytes: 1000)
            }
        }
        for position in Self.stream.indices {
            for bit in 0..<8 {
                var copy = Self.stream
                copy[position] ^= 1 << bit
                let out = try? Zlib.decompress(copy, maxBytes: 1000)  // many changes are noticed
                #expect((out?.count ?? 0) <= 1000)
            }
        }
    }
}
