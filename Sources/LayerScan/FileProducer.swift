import Bytes

#if canImport(Glibc)
    import Glibc
#endif

/// The bytes of a file that the user named, read in pieces.
package final class FileProducer: ByteProducer {
    private let descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var remaining: Int64

    /// Opens `path`; throws where it cannot be opened.
    ///
    /// Reads at most `count` bytes from `offset`.
    package init(path: String, offset: Int64 = 0, count: Int64 = .max) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        buffer = .allocate(byteCount: 256 * 1024, alignment: 4096)
        remaining = count
        guard descriptor >= 0 else {
            throw LayerScanError(.malformed, "\(path): \(String(cString: strerror(errno)))")
        }
        if offset > 0 { lseek(descriptor, off_t(offset), SEEK_SET) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
        buffer.deallocate()
    }

    package func next() throws -> UnsafeRawBufferPointer {
        while true {
            let wanted = Int(min(Int64(buffer.count), remaining))
            guard wanted > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
            let count = Glibc.read(descriptor, buffer.baseAddress, wanted)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw LayerScanError(.malformed, "read failed: \(String(cString: strerror(errno)))")
            }
            remaining -= Int64(count)
            return UnsafeRawBufferPointer(rebasing: buffer[0..<count])
        }
    }
}
