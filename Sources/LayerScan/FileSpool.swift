import Bytes
import Tar

#if canImport(Glibc)
    import Glibc
#endif

/// Collects the content of one tar entry for a cataloger, in memory or, when large, in an anonymous temporary file.
struct FileSpool {
    /// Where temporary files are made; they have no name from the start (`O_TMPFILE`), so nothing is left behind.
    let directory: String
    let memoryBytes: Int64

    /// `O_TMPFILE`, a macro that Swift does not import.
    private static let unnamedFile: Int32 = 0o20000000 | O_DIRECTORY

    enum Outcome {
        case bytes(FileBytes)
        /// The first bytes did not please `accept`.
        case declined
        case failed(String)
    }

    /// Reads the current entry of `reader` whole; `accept` sees the first block and may decline the file.
    func read(_ reader: TarReader, size: Int64, accept: (UnsafeRawBufferPointer) -> Bool) throws -> Outcome {
        size <= memoryBytes
            ? try readIntoMemory(reader, size: Int(size), accept: accept)
            : try readIntoFile(reader, size: size, accept: accept)
    }

    private func readIntoMemory(
        _ reader: TarReader,
        size: Int,
        accept: (UnsafeRawBufferPointer) -> Bool
    ) throws -> Outcome {
        var failure: (any Error)?
        var isDeclined = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var filled = 0
            do {
                while let block = try reader.nextBlock() {
                    if filled == 0, !accept(block.bytes) {
                        isDeclined = true
                        break
                    }
                    // Gaps of sparse files are zeros; nothing beyond the declared size is taken.
                    guard let offset = Int(exactly: block.offset), offset >= filled, offset <= size else { break }
                    (filled..<offset).forEach { buffer[$0] = 0 }
                    let length = min(block.bytes.count, size - offset)
                    if length > 0, let base = buffer.baseAddress, let from = block.bytes.baseAddress {
                        memcpy(base + offset, from, length)
                    }
                    filled = offset + length
                }
            } catch { failure = error }
            if failure == nil, !isDeclined {
                (filled..<size).forEach { buffer[$0] = 0 }
                filled = size
            }
            count = filled
        }
        if let failure { throw failure }
        return isDeclined ? .declined : .bytes(FileBytes(bytes))
    }

    private func readIntoFile(
        _ reader: TarReader,
        size: Int64,
        accept: (UnsafeRawBufferPointer) -> Bool
    ) throws -> Outcome {
        var descriptor: Int32 = -1
        defer { if descriptor >= 0 { close(descriptor) } }
        while let block = try reader.nextBlock() {
            if descriptor < 0 {
                guard accept(block.bytes) else { return .declined }
                descriptor = open(directory, Self.unnamedFile | O_RDWR | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else { return .failed("no temporary file in \(directory): \(reason())") }
                guard ftruncate(descriptor, off_t(size)) == 0 else { return .failed("no room to spool: \(reason())") }
            }
            guard block.offset >= 0, block.offset < size else { break }
            let length = Int(min(Int64(block.bytes.count), size - block.offset))
            guard write(block.bytes.prefix(length), to: descriptor, at: block.offset) else {
                return .failed("no room to spool \(size) bytes: \(reason())")
            }
        }
        guard descriptor >= 0 else { return .bytes(FileBytes([])) }
        guard let length = Int(exactly: size), let bytes = FileBytes(mapping: descriptor, count: length) else {
            return .failed("the spooled file cannot be mapped: \(reason())")
        }
        return .bytes(bytes)
    }

    private func write(_ bytes: Slice<UnsafeRawBufferPointer>, to descriptor: Int32, at start: Int64) -> Bool {
        var rest = UnsafeRawBufferPointer(rebasing: bytes)
        var offset = start
        while !rest.isEmpty {
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            offset += Int64(written)
        }
        return true
    }

    private func reason() -> String { String(cString: strerror(errno)) }
}
