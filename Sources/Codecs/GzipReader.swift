package import Bytes
import CISAL

/// Inflates a gzip stream of any number of members (RFC 1952, section 2.2), checking each member's CRC-32 and length.
///
/// Zero bytes after the last member are padding; anything else there is ignored as gzip(1) does. A stream that ends
/// inside a member throws ``CodecError/Code/truncated``.
package final class GzipReader: ByteProducer {
    private enum Phase { case header, body, done }

    private static let magic: [UInt8] = [0x1f, 0x8b]

    private let source: any ByteProducer
    private let state: UnsafeMutablePointer<inflate_state>
    private let header: UnsafeMutablePointer<isal_gzip_header>
    private let output: UnsafeMutableRawBufferPointer
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var phase = Phase.header
    private var members = 0
    /// Bytes given to the present header, and with its last piece what stands behind it.
    private var headerBytes = 0

    package init(_ source: any ByteProducer, outputSize: Int = 256 * 1024) {
        self.source = source
        state = .allocate(capacity: 1)
        header = .allocate(capacity: 1)
        output = .allocate(byteCount: max(1, outputSize), alignment: 64)
        isal_inflate_init(state)
        isal_gzip_header_init(header)
    }

    deinit {
        state.deallocate()
        header.deallocate()
        output.deallocate()
    }

    package func next() throws -> UnsafeRawBufferPointer {
        while true {
            switch phase {
            case .done:
                return UnsafeRawBufferPointer(start: nil, count: 0)
            case .header:
                try readHeader()
            case .body:
                let produced = try inflate()
                if produced > 0 { return UnsafeRawBufferPointer(rebasing: output[0..<produced]) }
            }
        }
    }

    private func refill() throws -> Bool {
        if input.isEmpty { input = try source.next() }
        return !input.isEmpty
    }

    /// Moves `state` over the unread input and takes back what it left.
    ///
    /// Behind an error, and only there, ISA-L may leave pointers into buffers of its own; the stream is over then.
    private func consume(_ body: () -> Int32) throws -> Int32 {
        let length = min(input.count, Int(Int32.max))
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        state.pointee.avail_in = UInt32(length)
        let result = body()
        let used = length - Int(state.pointee.avail_in)
        guard (0...length).contains(used) else {
            input = UnsafeRawBufferPointer(start: nil, count: 0)
            guard result < 0 else { throw CodecError(.malformed, "gzip: the decoder lost its place (code \(result))") }
            return result
        }
        input = UnsafeRawBufferPointer(rebasing: input[used...])
        return result
    }

    private func readHeader() throws {
        guard try refill() else {
            guard headerBytes == 0, members > 0 else {
                throw CodecError(.truncated, "gzip: the stream ends in a header")
            }
            phase = .done
            return
        }
        // Behind a member: padding or foreign bytes end the stream, only the two magic bytes start another one.
        let expected = Self.magic.dropFirst(headerBytes).prefix(input.count)
        if members > 0, !input.starts(with: expected) {
            try drain()
            return
        }
        headerBytes += input.count
        let result = try consume { isal_read_gzip_header(state, header) }
        switch result {
        case ISAL_DECOMP_OK:
            state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
            phase = .body
        case ISAL_END_INPUT:
            return
        default:
            guard members == 0 else { return try drain() }
            throw CodecError(.malformed, "gzip: bad header (code \(result))")
        }
    }

    private func drain() throws {
        repeat { input = try source.next() } while !input.isEmpty
        phase = .done
    }

    private func inflate() throws -> Int {
        let hadInput = try refill()
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(output.count)
        let result = try consume { isal_inflate(state) }
        guard result == ISAL_DECOMP_OK || result == ISAL_END_INPUT else {
            throw CodecError(.malformed, "gzip: the deflate data is damaged (code \(result))")
        }
        let produced = output.count - Int(state.pointee.avail_out)
        if state.pointee.block_state == ISAL_BLOCK_FINISH {
            members += 1
            isal_inflate_reset(state)
            isal_gzip_header_init(header)
            state.pointee.crc_flag = 0
            headerBytes = 0
            phase = .header
        } else if produced == 0, !hadInput {
            throw CodecError(.truncated, "gzip: the stream ends inside a member")
        }
        return produced
    }
}
