#if canImport(Glibc)
    import Glibc
#endif

/// The bytes of one file taken out of an image, in memory or in an anonymous mapping, with reads that cannot trap.
///
/// Every accessor checks its range and answers `nil` outside it, so that a parser may pass offsets and sizes which come
/// straight from a hostile file. Immutable after `init`, therefore free to share between threads.
package final class FileBytes: @unchecked Sendable {  // Rule: `storage` is never written after `init`.
    private enum Storage {
        case array([UInt8])
        case mapping(UnsafeRawPointer, mappedLength: Int)
    }

    private let storage: Storage
    /// The number of bytes.
    package let count: Int

    /// Keeps `bytes` as they are.
    package init(_ bytes: [UInt8]) {
        storage = .array(bytes)
        count = bytes.count
    }

    /// Maps the first `count` bytes of an open file, privately and read-only; the descriptor may be closed afterwards.
    ///
    /// Returns `nil` where `count` is not positive or the kernel refuses.
    package init?(mapping descriptor: Int32, count: Int) {
        guard count > 0, let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            return nil
        }
        storage = .mapping(UnsafeRawPointer(base), mappedLength: count)
        self.count = count
    }

    deinit {
        if case .mapping(let base, let length) = storage {
            munmap(UnsafeMutableRawPointer(mutating: base), length)
        }
    }

    /// Calls `body` with all bytes, without a copy; the pointer is valid during the call only.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .array(let bytes):
            var result: Swift.Result<Result, Failure>?
            bytes.withUnsafeBytes { buffer in
                do throws(Failure) { result = .success(try body(buffer)) } catch { result = .failure(error) }
            }
            guard let result else { preconditionFailure("withUnsafeBytes always calls its closure") }
            return try result.get()
        case .mapping(let base, let length):
            return try body(UnsafeRawBufferPointer(start: base, count: length))
        }
    }

    /// Bytes of a piece that ``forEachPiece(_:)`` hands out; a multiple of every page size.
    private static let pieceBytes = 4 << 20

    /// Calls `body` with one piece of the file after the other, of at most 4 MiB, each valid during its call only.
    ///
    /// What has been read of a mapped file leaves the process's memory, so that going through one of gigabytes takes no more
    /// than a piece of it.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let end = min(buffer.count, offset + Self.pieceBytes)
                body(UnsafeRawBufferPointer(rebasing: buffer[offset..<end]))
                release(from: offset, to: end)
                offset = end
            }
        }
    }

    /// Lets go of the pages of a mapped file that were read; they come back when they are read again.
    package func releasePages() { release(from: 0, to: count) }

    private func release(from start: Int, to end: Int) {
        guard case .mapping(let base, _) = storage else { return }
        // Advice alone: where the kernel refuses it, nothing but memory is lost.
        madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
    }

    /// The byte at `offset`, or `nil` outside the file.
    package func u8(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < count else { return nil }
        switch storage {
        case .array(let bytes): return bytes[offset]
        case .mapping(let base, _): return base.load(fromByteOffset: offset, as: UInt8.self)
        }
    }

    /// A little-endian (or, with `bigEndian`, a big-endian) integer at `offset`, or `nil` where it does not fit.
    package func integer<Value: FixedWidthInteger>(
        at offset: Int,
        as type: Value.Type = Value.self,
        bigEndian: Bool = false
    ) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, size <= count, offset <= count - size else { return nil }
        let raw = withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
        return bigEndian ? Value(bigEndian: raw) : Value(littleEndian: raw)
    }

    /// A copy of `length` bytes from `offset`, or `nil` where the range leaves the file.
    package func bytes(at offset: Int, count length: Int) -> [UInt8]? {
        guard offset >= 0, length >= 0, length <= count, offset <= count - length else { return nil }
        return withUnsafeBytes { Array($0[offset..<offset + length]) }
    }

    /// All bytes, copied where they are mapped.
    package var all: [UInt8] {
        if case .array(let bytes) = storage { return bytes }
        return withUnsafeBytes { Array($0) }
    }

    /// Whether the file has `prefix` at `offset`.
    package func hasBytes(_ prefix: [UInt8], at offset: Int = 0) -> Bool {
        guard offset >= 0, prefix.count <= count, offset <= count - prefix.count else { return false }
        return withUnsafeBytes { buffer in
            for index in prefix.indices where buffer[offset + index] != prefix[index] { return false }
            return true
        }
    }

    /// The offset of the first occurrence of `needle` at or after `start`, or `nil`.
    package func firstOffset(of needle: [UInt8], from start: Int = 0) -> Int? {
        guard start >= 0, start <= count, let first = needle.first, needle.count <= count - start else { return nil }
        return withUnsafeBytes { buffer -> Int? in
            guard let base = buffer.baseAddress else { return nil }
            let last = count - needle.count
            var offset = start
            while offset <= last {
                guard let hit = memchr(base + offset, Int32(first), last - offset + 1) else { return nil }
                offset = UnsafeRawPointer(hit) - base
                if memcmp(base + offset, needle, needle.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }
}
