import Codecs
import Testing

@Suite("Writing gzip")
struct GzipCompressTests {
    @Test("What was compressed comes back", arguments: [0, 1, 511, 65_536, 1_000_000])
    func whatWasCompressedComes(count: Int) throws {
        let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        #expect(try Gzip.decompress(try Gzip.compress(text), maxBytes: count) == text)
    }

    @Test("Noise grows by little")
    func noiseGrowsByLittle() throws {
        var state: UInt64 = 1
        let noise = (0..<300_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let compressed = try Gzip.compress(noise)
        #expect(compressed.count < noise.count + noise.count / 100)
        #expect(try Gzip.decompress(compressed, maxBytes: noise.count) == noise)
    }

    @Test("Members behind each other are one stream")
    func membersBehindEachOther() throws {
        let stream = try Gzip.compress([1, 2, 3]) + Gzip.compress([]) + Gzip.compress([4])
        #expect(try Gzip.decompress(stream, maxBytes: 10) == [1, 2, 3, 4])
    }

    @Test("The same bytes come of the same input, whatever was compressed before")
    func reproducible() throws {
        let text = (0..<200_000).map { UInt8(truncatingIfNeeded: ($0 &* 7) ^ ($0 >> 5)) }
        let first = try Gzip.compress(text)
        for size in [10_000, 70_000, 300_000] {
            _ = try Gzip.compress((0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0) })
            #expect(try Gzip.compress(text) == first)
        }
    }
}
