import Bytes
import CZstd

/// Whole gzip files in memory.
package enum Gzip {
    /// The decompressed bytes; throws ``CodecError/Code/limit`` where they would exceed `maxBytes`.
    package static func decompress(_ bytes: [UInt8], maxBytes: Int) throws -> [UInt8] {
        let reader = GzipReader(ArrayProducer(bytes))
        var out: [UInt8] = []
        while true {
            let piece = try reader.next()
            if piece.isEmpty { return out }
            guard piece.count <= maxBytes - out.count else {
                throw CodecError(.limit, "gzip: more than \(maxBytes) bytes when decompressed")
            }
            out.append(contentsOf: piece)
        }
    }
}

/// Whole Zstandard frames in memory.
package enum Zstd {
    /// One frame holding `bytes`; `level` 3 is zstd's own default.
    package static func compress(_ bytes: [UInt8], level: Int32 = 3) throws -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        var written = 0
        let out = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            written = bytes.withUnsafeBytes {
                ZSTD_compress(buffer.baseAddress, bound, $0.baseAddress, $0.count, level)
            }
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0 else {
            throw CodecError(.limit, "zstd: \(String(cString: ZSTD_getErrorName(written)))")
        }
        return out
    }

    /// The decompressed bytes; throws ``CodecError/Code/limit`` where they would exceed `maxBytes`.
    package static func decompress(_ bytes: [UInt8], maxBytes: Int) throws -> [UInt8] {
        let reader = try ZstdReader(ArrayProducer(bytes))
        var out: [UInt8] = []
        while true {
            let piece = try reader.next()
            if piece.isEmpty { return out }
            guard piece.count <= maxBytes - out.count else {
                throw CodecError(.limit, "zstd: more than \(maxBytes) bytes when decompressed")
            }
            out.append(contentsOf: piece)
        }
    }
}
