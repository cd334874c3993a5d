import Bytes
import TallymanTesting

/// Reads a producer to its end.
func collect(_ producer: any ByteProducer, limit: Int = 64 << 20) throws -> [UInt8] {
    var out: [UInt8] = []
    while out.count <= limit {
        let piece = try producer.next()
        if piece.isEmpty { return out }
        out += piece
    }
    return out
}

/// Content that compresses a little: random words, repeated.
func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var out: [UInt8] = []
    while out.count < count {
        let word = random.bytes(1 + random.below(12))
        for _ in 0...random.below(3) { out += word }
    }
    return Array(out.prefix(count))
}
