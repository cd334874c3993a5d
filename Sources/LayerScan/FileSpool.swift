import Bytes
import Catalogers

#if canImport(Glibc)
    import Glibc
#endif

/// Collects the content of one tar entry for a cataloger, in memory or, when large, in an anonymous temporary file.
struct FileSpool {
    /// Where temporary files are made.
    let directory: String
    /// Whether the folder is to be had: what cannot be spooled there is no gap, but for another try or another machine.
    let isRequired: Bool
    let memoryBytes: Int64

    /// So many bytes, or the whole of a smaller file, decide whether it is read on.
    static let headBytes = LibraryMark.headBytes

    enum Outcome {
        case bytes(FileBytes)
        /// The first bytes did not please `accept`.
        case declined
        case failed(String)
    }

    /// The first bytes of the current entry, as many as ``read(_:size:accept:)`` shows.
    func head(_ content: EntryContent, size: Int64) throws -> [UInt8] { try start(content, size: size).head }

    /// The beginning of an entry: its first ``headBytes``, and the blocks that were read for them.
    private struct Start {
        var head: [UInt8] = []
        var pieces: [(offset: Int64, bytes: [UInt8])] = []
    }

    private func start(_ content: EntryContent, size: Int64) throws -> Start {
        var start = Start()
        let wanted = Int(min(size, Int64(Self.headBytes)))
        while start.head.count < wanted {
            guard let block = try content.nextBlock(), block.offset >= start.head.count, block.offset < size else {
                // The rest of a sparse file is zeros.
                start.head += [UInt8](repeating: 0, count: wanted - start.head.count)
                break
            }
            let bytes = Array(block.bytes.prefix(Int(clamping: size - block.offset)))
            start.pieces.append((block.offset, bytes))
            let gap = min(Int(clamping: block.offset), wanted) - start.head.count
            start.head += [UInt8](repeating: 0, count: max(0, gap))
            start.head += bytes.prefix(wanted - start.head.count)
        }
        return start
    }

    /// Reads the current entry whole; `accept` sees its first ``headBytes`` and may decline the file.
    ///
    /// Blocks come as the archive's chunks fall, so the first may hold a single byte. Throws ``LayerScanError/Code/noRoom``
    /// where the disk is full, or cannot be used and is required: a gap would stay in the report when there is room again.
    func read(_ content: EntryContent, size: Int64, accept: (UnsafeRawBufferPointer) -> Bool) throws -> Outcome {
        size <= memoryBytes
            ? try readIntoMemory(content, size: Int(size), accept: accept)
            : try readIntoFile(content, size: size, accept: accept)
    }

    private func readIntoMemory(
        _ content: EntryContent,
        size: Int,
        accept: (UnsafeRawBufferPointer) -> Bool
    ) throws -> Outcome {
        var failure: (any Error)?
        var isDeclined = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var filled = 0
            do {
                var isAccepted = false
                while let block = try content.nextBlock() {
                    // As a rule the first block is long enough, and a file is declined before anything is copied.
                    if filled == 0, block.offset == 0, block.bytes.count >= min(size, Self.headBytes) {
                        isAccepted = accept(block.bytes)
                        isDeclined = !isAccepted
                        if isDeclined { break }
                    }
                    // Gaps of sparse files are zeros; nothing beyond the declared size is taken.
                    guard let offset = Int(exactly: block.offset), offset >= filled, offset <= size else { break }
                    (filled..<offset).forEach { buffer[$0] = 0 }
                    let length = min(block.bytes.count, size - offset)
                    if length > 0, let base = buffer.baseAddress, let from = block.bytes.baseAddress {
                        memcpy(base + offset, from, length)
                    }
                    filled = offset + length
                    guard !isAccepted, filled >= min(size, Self.headBytes) else { continue }
                    isAccepted = accept(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<filled]))
                    isDeclined = !isAccepted
                    if isDeclined { break }
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
        _ content: EntryContent,
        size: Int64,
        accept: (UnsafeRawBufferPointer) -> Bool
    ) throws -> Outcome {
        let start = try start(content, size: size)
        guard start.head.withUnsafeBytes(accept) else { return .declined }
        let descriptor = UnnamedFile.open(in: directory)
        guard descriptor >= 0 else { return try failed("no temporary file in \(directory)") }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(size)) == 0 else { return try failed("no room to spool") }
        let noRoom = "no room to spool \(size) bytes"
        for piece in start.pieces {
            let isWritten = piece.bytes.withUnsafeBytes { write($0[...], to: descriptor, at: piece.offset) }
            guard isWritten else { return try failed(noRoom) }
        }
        while let block = try content.nextBlock() {
            guard block.offset >= 0, block.offset < size else { break }
            let length = Int(min(Int64(block.bytes.count), size - block.offset))
            guard write(block.bytes.prefix(length), to: descriptor, at: block.offset) else {
                return try failed(noRoom)
            }
        }
        guard let length = Int(exactly: size), let bytes = FileBytes(mapping: descriptor, count: length) else {
            return try failed("the spooled file cannot be mapped")
        }
        return .bytes(bytes)
    }

    /// Throws where a folder takes no temporary file of `bytes`, which are not written where the file system can do without.
    static func check(_ directory: String, bytes: Int64) throws(LayerScanError) {
        let descriptor = UnnamedFile.open(in: directory)
        guard descriptor >= 0 else {
            throw LayerScanError(.noRoom, "no temporary file in \(directory): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard bytes > 0 else { return }
        let failure = posix_fallocate(descriptor, 0, off_t(bytes))
        guard failure == 0 else {
            let reason = String(cString: strerror(failure))
            throw LayerScanError(.noRoom, "no room for a temporary file of \(bytes) bytes in \(directory): \(reason)")
        }
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

    /// A file that cannot be spooled here is a gap, where that may be; one for which there is no room now throws, for later there
    /// may be.
    private func failed(_ what: String) throws(LayerScanError) -> Outcome {
        let number = errno
        let message = "\(what): \(String(cString: strerror(number)))"
        guard !isRequired, ![ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM].contains(number) else {
            throw LayerScanError(.noRoom, "\(message) (in \(directory))")
        }
        return .failed(message)
    }
}
