#if canImport(Glibc)
    import Glibc
#endif

/// The order of names by their bytes, many bytes at a time: a fold compares each path of an image with others.
///
/// Takes names where they lie, in the middle of a table too, as an array of each would be a copy; reads no further than the
/// shorter one, and keeps no pointer.
package enum ByteOrder {
    /// Below zero where `left` comes first, zero where both are the same, above zero else.
    package static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        if let first = left.baseAddress, let second = right.baseAddress {
            let result = memcmp(first, second, min(left.count, right.count))
            if result != 0 { return Int(result) }
        }
        return left.count - right.count
    }

    /// The same of arrays.
    package static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        left.withUnsafeBytes { left in right.withUnsafeBytes { compare(left, $0) } }
    }

    /// The offset of the first `byte` at or after `start`, which must not be negative; `nil` where there is none.
    package static func offset(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let hit = memchr(base + start, Int32(byte), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(hit) - base
    }

    /// How many bytes two names have in common from their start.
    package static func commonPrefix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let count = min(left.count, right.count)
        var index = 0
        while index + 8 <= count,
            left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        { index += 8 }
        while index < count, left[index] == right[index] { index += 1 }
        return index
    }

    /// The same of arrays.
    package static func commonPrefix(_ left: [UInt8], _ right: [UInt8]) -> Int {
        left.withUnsafeBytes { left in right.withUnsafeBytes { commonPrefix(left, $0) } }
    }
}
