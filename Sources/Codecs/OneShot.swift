import Bytes
import CISAL
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

extension Gzip {
    /// One gzip member that holds `bytes`, compressed quickly rather than well.
    ///
    /// Throws ``CodecError/Code/limit`` for 4 GiB and more.
    package static func compress(_ bytes: [UInt8]) throws(CodecError) -> [UInt8] {
        // Incompressible input grows by five bytes for each stored block, and by the member's frame.
        let room = bytes.count + bytes.count / 16_384 * 8 + 1024
        guard let available = UInt32(exactly: bytes.count), let space = UInt32(exactly: room) else {
            throw CodecError(.limit, "gzip: more than 4 GiB")
        }
        // The encoder's state is some 80 KB, the tables of its first level some 270 KB: too much for a thread's stack.
        let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
        let tableBytes = 512 * 1024
        let tables = UnsafeMutablePointer<UInt8>.allocate(capacity: tableBytes)
        // ISA-L does not say that it clears them; cleared here, no bytes of an earlier use can reach the output.
        tables.initialize(repeating: 0, count: tableBytes)
        UnsafeMutableRawPointer(stream).initializeMemory(
            as: UInt8.self,
            repeating: 0,
            count: MemoryLayout<isal_zstream>.size
        )
        defer {
            stream.deallocate()
            tables.deallocate()
        }
        isal_deflate_stateless_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = tables
        stream.pointee.level_buf_size = UInt32(tableBytes)
        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
        stream.pointee.end_of_stream = 1
        var status = COMP_OK
        let out = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            bytes.withUnsafeBufferPointer { input in
                // The C declaration lacks `const`; the library reads only.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = available
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = space
                status = isal_deflate_stateless(stream)
                count = status == COMP_OK ? room - Int(stream.pointee.avail_out) : 0
            }
        }
        guard status == COMP_OK else { throw CodecError(.limit, "gzip: the encoder refuses (code \(status))") }
        return out
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
