package import Bytes

/// How the bytes of a layer turned out to be compressed.
package enum Compression: String, Sendable, Codable {
    case gzip, zstd
    case none
    /// Forms that layers do not have by the specification and that some engines take nevertheless; not decoded here.
    case bzip2, xz
}

/// Decodes a layer by what its first bytes are, whatever its media type claims; gives the bytes as they are where the
/// form is none, or one that it only names.
package final class LayerDecoder: ByteProducer {
    package let compression: Compression
    private let inner: any ByteProducer

    /// Reads the first ten bytes of `source` to choose the decoder.
    package init(_ source: any ByteProducer, maxZstdWindowLog: Int32 = 27) throws {
        let peeked = try PeekedProducer(source, count: 10)
        let magic = peeked.head.prefix(4)
        if magic.starts(with: [0x1f, 0x8b]) {
            compression = .gzip
            inner = GzipReader(peeked)
        } else if magic == [0x28, 0xb5, 0x2f, 0xfd]
            || (magic.count == 4 && magic[0] & 0xf0 == 0x50 && magic[1...] == [0x2a, 0x4d, 0x18])
        {
            compression = .zstd
            inner = try ZstdReader(peeked, maxWindowLog: maxZstdWindowLog)
        } else {
            compression = Self.named(peeked.head)
            inner = peeked
        }
    }

    package func next() throws -> UnsafeRawBufferPointer { try inner.next() }

    /// The form of these first bytes, of those that are not decoded.
    private static func named(_ head: [UInt8]) -> Compression {
        if head.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return .xz }
        // The size of its blocks, and the mark of the first of them or of the end.
        let marks: [[UInt8]] = [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]]
        let isBzip2 =
            head.starts(with: "BZh".utf8) && head.count == 10 && (0x31...0x39).contains(head[3])
            && marks.contains { head.dropFirst(4).elementsEqual($0) }
        return isBzip2 ? .bzip2 : .none
    }
}

/// A producer whose first bytes were looked at and are given again.
private final class PeekedProducer: ByteProducer {
    let head: [UInt8]
    private let source: any ByteProducer
    private let buffer: UnsafeMutableRawBufferPointer
    private let buffered: Int
    private var rest: UnsafeRawBufferPointer
    private var stage = 0

    init(_ source: any ByteProducer, count: Int) throws {
        self.source = source
        var head: [UInt8] = []
        var rest = UnsafeRawBufferPointer(start: nil, count: 0)
        while head.count < count {
            let piece = try source.next()
            if piece.isEmpty { break }
            let taken = min(piece.count, count - head.count)
            head.append(contentsOf: piece[0..<taken])
            rest = UnsafeRawBufferPointer(rebasing: piece[taken...])
        }
        self.head = head
        self.rest = rest
        buffer = .allocate(byteCount: max(1, head.count), alignment: 1)
        buffer.copyBytes(from: head)
        buffered = head.count
    }

    deinit { buffer.deallocate() }

    func next() throws -> UnsafeRawBufferPointer {
        if stage == 0 {
            stage = 1
            if buffered > 0 { return UnsafeRawBufferPointer(rebasing: buffer[0..<buffered]) }
        }
        if stage == 1 {
            stage = 2
            if !rest.isEmpty { return rest }
        }
        return try source.next()
    }
}
