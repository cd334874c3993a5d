package import Bytes

/// Checked reads of one executable's fields, relative to where it begins in the file.
package struct ExecutableFields: Sendable {
    package let file: FileBytes
    package let base: Int
    package let isBigEndian: Bool

    package init(file: FileBytes, base: Int, isBigEndian: Bool) {
        self.file = file
        self.base = base
        self.isBigEndian = isBigEndian
    }

    /// A field of two bytes; `nil` outside the file.
    package func u16(_ offset: Int) -> Int? {
        let value: UInt16? = position(offset).flatMap { file.integer(at: $0, bigEndian: isBigEndian) }
        return value.map { Int($0) }
    }

    /// A field of four bytes; `nil` outside the file.
    package func u32(_ offset: Int) -> UInt64? {
        let value: UInt32? = position(offset).flatMap { file.integer(at: $0, bigEndian: isBigEndian) }
        return value.map { UInt64($0) }
    }

    /// A field of eight bytes; `nil` outside the file.
    package func u64(_ offset: Int) -> UInt64? {
        position(offset).flatMap { file.integer(at: $0, bigEndian: isBigEndian) }
    }

    /// A field that is as wide as an address.
    package func word(_ offset: Int, is64Bit: Bool) -> UInt64? { is64Bit ? u64(offset) : u32(offset) }

    /// The part of the file that a stored offset and size name, cut at the end of the file.
    func range(offset: UInt64, size: UInt64) -> Range<Int>? {
        guard let offset = Int(exactly: offset), let start = position(offset), start < file.count else { return nil }
        let available = file.count - start
        let length = min(Int(clamping: size), available)
        return length > 0 ? start..<start + length : nil
    }

    /// An offset counted from the beginning of the file; `nil` on overflow.
    func position(_ offset: Int) -> Int? {
        let (position, overflow) = base.addingReportingOverflow(offset)
        return overflow || offset < 0 ? nil : position
    }

    /// The text of a name field of `width` bytes, up to its first zero byte; `nil` where it leaves the file.
    func name(at offset: Int, width: Int) -> String? {
        guard let position = position(offset), let bytes = file.bytes(at: position, count: width) else { return nil }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
