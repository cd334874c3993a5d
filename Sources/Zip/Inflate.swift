import CISAL

/// Raw deflate (RFC 1951) of a whole buffer with a known size, through ISA-L.
enum Inflate {
    /// Expands `source` into exactly `size` bytes; `nil` where the stream is damaged, cut short, or of another size.
    ///
    /// At most `size` + 1 bytes are ever written: the extra one is how a longer stream is noticed.
    static func expand(_ source: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
        guard let available = UInt32(exactly: source.count), size >= 0, size < Int(UInt32.max),
            let room = UInt32(exactly: size + 1), let base = source.baseAddress
        else { return nil }
        // About 87 KB: too much for the stack of a worker thread.
        let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
        defer { state.deallocate() }
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_DEFLATE)
        // The C declaration lacks `const`; the library reads only.
        state.pointee.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = available

        let output = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, written in
            state.pointee.next_out = buffer.baseAddress
            state.pointee.avail_out = room
            let status = isal_inflate(state)
            let isComplete = status == ISAL_DECOMP_OK && state.pointee.block_state == ISAL_BLOCK_FINISH
            written = isComplete ? size + 1 - Int(state.pointee.avail_out) : 0
        }
        return output.count == size && state.pointee.block_state == ISAL_BLOCK_FINISH ? output : nil
    }
}
