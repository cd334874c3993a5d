package import Bytes
import CZstd

/// Decodes a stream of Zstandard frames, skippable ones included (RFC 8878).
///
/// A frame that wants a window above `maxWindowLog` bits (27, 128 MiB, by default: what `zstd --ultra` makes) throws.
package final class ZstdReader: ByteProducer {
    private let source: any ByteProducer
    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var insideFrame = false
    private var outputWasFull = false

    package init(_ source: any ByteProducer, maxWindowLog: Int32 = 27, outputSize: Int = 256 * 1024) throws {
        guard let context = ZSTD_createDCtx() else { throw CodecError(.limit, "zstd: no memory for a decoder") }
        self.source = source
        self.context = context
        output = .allocate(byteCount: max(1, outputSize), alignment: 64)
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, maxWindowLog)
    }

    deinit {
        ZSTD_freeDCtx(context)
        output.deallocate()
    }

    package func next() throws -> UnsafeRawBufferPointer {
        while true {
            if input.isEmpty, !outputWasFull {
                input = try source.next()
                if input.isEmpty {
                    guard !insideFrame else { throw CodecError(.truncated, "zstd: the stream ends inside a frame") }
                    return UnsafeRawBufferPointer(start: nil, count: 0)
                }
            }
            var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            var into = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let result = ZSTD_decompressStream(context, &into, &from)
            guard ZSTD_isError(result) == 0 else {
                throw CodecError(.malformed, "zstd: \(String(cString: ZSTD_getErrorName(result)))")
            }
            input = UnsafeRawBufferPointer(rebasing: input[from.pos...])
            // Asked for more output where none was left, the decoder tells what the next frame's header needs.
            if from.pos > 0 || into.pos > 0 { insideFrame = result != 0 }
            outputWasFull = into.pos == into.size
            if into.pos > 0 { return UnsafeRawBufferPointer(rebasing: output[0..<into.pos]) }
        }
    }
}
