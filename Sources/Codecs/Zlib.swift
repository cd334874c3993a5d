import CISAL

/// Whole zlib streams in memory (RFC 1950).
package enum Zlib {
    /// The decompressed bytes, with the checksum checked; what stands behind the stream is ignored.
    ///
    /// Throws ``CodecError/Code/limit`` where they would exceed `maxBytes`.
    package static func decompress(_ bytes: [UInt8], maxBytes: Int) throws(CodecError) -> [UInt8] {
        guard let available = UInt32(exactly: bytes.count) else { throw CodecError(.limit, "zlib: more than 4 GiB") }
        // About 87 KB: too much for the stack of a worker thread.
        let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
        defer { state.deallocate() }
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_ZLIB)
        var out: [UInt8] = []
        var failure: CodecError?
        bytes.withUnsafeBufferPointer { input in
            // The C declaration lacks `const`; the library reads only.
            state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            state.pointee.avail_in = available
            var piece = [UInt8](repeating: 0, count: 64 * 1024)
            repeat {
                let produced = piece.withUnsafeMutableBufferPointer { buffer -> Int in
                    state.pointee.next_out = buffer.baseAddress
                    state.pointee.avail_out = UInt32(buffer.count)
                    let status = isal_inflate(state)
                    guard status == ISAL_DECOMP_OK || status == ISAL_END_INPUT else {
                        failure = CodecError(.malformed, "zlib: the data is damaged (code \(status))")
                        return 0
                    }
                    return buffer.count - Int(state.pointee.avail_out)
                }
                if failure != nil { return }
                guard produced <= maxBytes - out.count else {
                    failure = CodecError(.limit, "zlib: more than \(maxBytes) bytes when decompressed")
                    return
                }
                out += piece[..<produced]
                if produced == 0, state.pointee.block_state != ISAL_BLOCK_FINISH {
                    failure = CodecError(.truncated, "zlib: the stream is cut short")
                    return
                }
            } while state.pointee.block_state != ISAL_BLOCK_FINISH
        }
        if let failure { throw failure }
        return out
    }
}
