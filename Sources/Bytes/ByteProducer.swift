/// A stream of bytes that is pulled, piece by piece, by one thread.
package protocol ByteProducer: AnyObject {
    /// The next piece; empty at the end, and from then on.
    ///
    /// The memory is valid until the next call. Blocks; never call it on the cooperative pool.
    func next() throws -> UnsafeRawBufferPointer
}

/// Bytes that are in memory already, in pieces of a settable size.
package final class ArrayProducer: ByteProducer {
    private let storage: UnsafeMutableRawBufferPointer
    private let pieceSize: Int
    private var position = 0

    package init(_ bytes: [UInt8], pieceSize: Int = 64 * 1024) {
        storage = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
        storage.copyBytes(from: bytes)
        self.count = bytes.count
        self.pieceSize = max(1, pieceSize)
    }

    private let count: Int

    deinit { storage.deallocate() }

    package func next() throws -> UnsafeRawBufferPointer {
        let length = min(pieceSize, count - position)
        defer { position += length }
        return UnsafeRawBufferPointer(rebasing: storage[position..<position + length])
    }
}
