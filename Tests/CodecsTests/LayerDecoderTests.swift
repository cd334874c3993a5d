import Bytes
import Codecs
import TallymanTesting
import Testing

@Suite("The form of a layer by its first bytes")
struct LayerDecoderTests {
    @Test("Each form is known and decoded in pieces of any size", arguments: [1, 2, 3, 4, 5, 4096])
    func forms(pieces: Int) throws {
        let content = sample(5000)
        let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]
        let forms: [(Compression, [UInt8])] = try [
            (.gzip, GzipBuilder.member(content)), (.zstd, Zstd.compress(content)),
            (.zstd, skippable + Zstd.compress(content)), (.none, content),
        ]
        for (compression, stream) in forms {
            let decoder = try LayerDecoder(ArrayProducer(stream, pieceSize: pieces))
            #expect(decoder.compression == compression)
            #expect(try collect(decoder) == content)
        }
    }

    @Test("Blobs shorter than any magic pass as they are", arguments: [0, 1, 2, 3], [1, 2, 64])
    func tiny(count: Int, pieces: Int) throws {
        for head in [[0x28, 0xb5, 0x2f], [0x1f, 0, 0], [0x50, 0x2a, 0x4d]] as [[UInt8]] {
            let blob = Array(head.prefix(count))
            let decoder = try LayerDecoder(ArrayProducer(blob, pieceSize: pieces))
            #expect(decoder.compression == .none)
            #expect(try collect(decoder) == blob)
        }
    }

    @Test("Forms that layers may not have are named and given as they are", arguments: [1, 3, 64])
    func named(pieces: Int) throws {
        let bzip2 = Array("BZh9".utf8)
        for (compression, blob) in [
            (.xz, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1, 0, 0, 0]),
            (.bzip2, bzip2 + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 1]),
            (.bzip2, bzip2 + [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]), (.none, bzip2 + [0x31, 0x41]),
            (.none, Array("BZh/manifest.json".utf8)), (.none, [0xfd, 0x37, 0x7a, 0x58, 0x5a]),
        ] as [(Compression, [UInt8])] {
            let decoder = try LayerDecoder(ArrayProducer(blob, pieceSize: pieces))
            #expect(decoder.compression == compression)
            #expect(try collect(decoder) == blob)
        }
    }

    @Test("A gzip magic with nothing behind it is a truncated stream", arguments: [1, 2])
    func magicAlone(pieces: Int) throws {
        let decoder = try LayerDecoder(ArrayProducer([0x1f, 0x8b], pieceSize: pieces))
        #expect(decoder.compression == .gzip)
        #expect { try collect(decoder) } throws: { ($0 as? CodecError)?.code == .truncated }
    }
}
