import Bytes
import Codecs
import Tar

/// A compressed feed as a stream, whose first bytes tell what is in it.
final class FeedStream: ByteProducer {
    /// Enough to tell a publisher's XML by its first elements.
    private static let headBytes = 16 * 1024
    private static let tarMagic = Array("ustar".utf8)
    private static let tarMagicOffset = 257

    private let inner: any ByteProducer
    private let head: UnsafeMutableRawBufferPointer
    private var headCount = 0
    private var rest: UnsafeRawBufferPointer
    private var stage = 0

    /// Opens gzip, bzip2, xz or Zstandard data; windows up to 128 MiB (`zstd --long=27`) are accepted.
    init(_ content: FileBytes) throws {
        let source = FileProducer(content)
        inner =
            if let form = CompressedStream.form(of: content) {
                try CompressedStream(source, form)
            } else {
                try LayerDecoder(source, maxZstdWindowLog: 27)
            }
        head = .allocate(byteCount: Self.headBytes, alignment: 16)
        rest = UnsafeRawBufferPointer(start: nil, count: 0)
        while headCount < Self.headBytes {
            let piece = try inner.next()
            if piece.isEmpty { break }
            let taken = min(piece.count, Self.headBytes - headCount)
            for index in 0..<taken { head[headCount + index] = piece[index] }
            headCount += taken
            rest = UnsafeRawBufferPointer(rebasing: piece[taken...])
        }
    }

    deinit { head.deallocate() }

    var isTar: Bool {
        let end = Self.tarMagicOffset + Self.tarMagic.count
        return headCount >= end && head[Self.tarMagicOffset..<end].elementsEqual(Self.tarMagic)
    }

    /// The first bytes, which stay to be read.
    var start: FileBytes { FileBytes(Array(head[0..<headCount])) }

    func next() throws -> UnsafeRawBufferPointer {
        if stage == 0 {
            stage = 1
            if headCount > 0 { return UnsafeRawBufferPointer(rebasing: head[0..<headCount]) }
        }
        if stage == 1 {
            stage = 2
            if !rest.isEmpty { return rest }
        }
        return try inner.next()
    }

    /// Everything that is left; throws ``CodecError/Code/limit`` beyond `maxBytes`.
    func collect(maxBytes: Int) throws -> [UInt8] {
        var out: [UInt8] = []
        while true {
            let piece = try next()
            if piece.isEmpty { return out }
            guard piece.count <= maxBytes - out.count else {
                throw CodecError(.limit, "more than \(maxBytes) bytes when decompressed")
            }
            out.append(contentsOf: piece)
        }
    }
}

/// The bytes of a file in pieces, so that a mapped file is never copied as a whole.
final class FileProducer: ByteProducer {
    private let content: FileBytes
    private let piece: UnsafeMutableRawBufferPointer
    private var position = 0

    init(_ content: FileBytes, pieceSize: Int = 256 * 1024) {
        self.content = content
        piece = .allocate(byteCount: max(1, pieceSize), alignment: 16)
    }

    deinit { piece.deallocate() }

    func next() throws -> UnsafeRawBufferPointer {
        let count = min(piece.count, content.count - position)
        guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        content.withUnsafeBytes { bytes in
            piece.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
        }
        position += count
        return UnsafeRawBufferPointer(rebasing: piece[0..<count])
    }
}
