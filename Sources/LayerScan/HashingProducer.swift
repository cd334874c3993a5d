import Bytes
import Crypto
import ScanModel

/// Passes bytes on and keeps their digest and their number.
final class HashingProducer: ByteProducer {
    private let source: any ByteProducer
    private var hasher: any HashFunction
    private let algorithm: ScanModel.Digest.Algorithm
    private(set) var count: Int64 = 0
    private(set) var isAtEnd = false
    private let checkpoint: (Int64) throws -> Void

    /// `checkpoint` is told the number of bytes after each piece and may throw to stop.
    init(
        _ source: any ByteProducer,
        algorithm: ScanModel.Digest.Algorithm = .sha256,
        checkpoint: @escaping (Int64) throws -> Void = { _ in }
    ) {
        self.source = source
        self.algorithm = algorithm
        hasher = algorithm == .sha512 ? SHA512() : SHA256()
        self.checkpoint = checkpoint
    }

    func next() throws -> UnsafeRawBufferPointer {
        let piece = try source.next()
        guard !piece.isEmpty else {
            isAtEnd = true
            return piece
        }
        hasher.update(bufferPointer: piece)
        count += Int64(piece.count)
        try checkpoint(count)
        return piece
    }

    /// Reads what is left, so that the digest covers all of it.
    func drain() throws {
        while !(try next().isEmpty) {}
    }

    var digest: ScanModel.Digest {
        let bytes = Array<UInt8>(hasher.finalize())
        return algorithm == .sha512 ? ScanModel.Digest(sha512: bytes) : ScanModel.Digest(sha256: bytes)
    }
}
