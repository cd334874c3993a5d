import Bytes

/// Where an executable keeps its data: enough to follow an address and to look for build information.
struct ExecutableImage {
    /// Bytes of the file that appear at an address.
    struct Segment {
        let address: UInt64
        let fileRange: Range<Int>
    }

    var segments: [Segment] = []
    /// Where build information may be, the likeliest place first.
    var places: [Range<Int>] = []

    /// At most this many places are searched; real executables have one or two writable segments.
    static let maxPlaces = 4

    mutating func addPlace(_ range: Range<Int>, first: Bool = false) {
        if first {
            places.insert(range, at: 0)
        } else {
            places.append(range)
        }
        if places.count > Self.maxPlaces { places.removeLast() }
    }

    /// The file offset of `count` bytes at an address, or `nil` where they are not in the file.
    func fileOffset(of address: UInt64, count: Int) -> Int? {
        for segment in segments where address >= segment.address {
            guard let distance = Int(exactly: address - segment.address), distance < segment.fileRange.count,
                count >= 0, count <= segment.fileRange.count - distance
            else { continue }
            return segment.fileRange.lowerBound + distance
        }
        return nil
    }

    /// Recognises ELF, PE and Mach-O at `base`; `nil` for anything else.
    static func read(_ file: FileBytes, at base: Int, limits: GoBuildLimits) -> ExecutableImage? {
        if file.hasBytes([0x7f, 0x45, 0x4c, 0x46], at: base) { return elf(file, at: base, limits: limits) }
        if file.hasBytes([0x4d, 0x5a], at: base) { return pe(file, at: base, limits: limits) }
        return machO(file, at: base, limits: limits)
    }
}

/// Checked reads of one executable's fields, relative to where it begins in the file.
struct ExecutableFields {
    let file: FileBytes
    let base: Int
    let isBigEndian: Bool

    func u16(_ offset: Int) -> Int? {
        let value: UInt16? = position(offset).flatMap { file.integer(at: $0, bigEndian: isBigEndian) }
        return value.map { Int($0) }
    }

    func u32(_ offset: Int) -> UInt64? {
        let value: UInt32? = position(offset).flatMap { file.integer(at: $0, bigEndian: isBigEndian) }
        return value.map { UInt64($0) }
    }

    func u64(_ offset: Int) -> UInt64? {
        position(offset).flatMap { file.integer(at: $0, bigEndian: isBigEndian) }
    }

    /// A field that is as wide as an address.
    func word(_ offset: Int, is64Bit: Bool) -> UInt64? { is64Bit ? u64(offset) : u32(offset) }

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

    /// Whether a fixed-size name field holds `name`, up to its first zero byte.
    func hasName(_ name: String, at offset: Int) -> Bool {
        guard let position = position(offset) else { return false }
        return file.hasBytes(Array(name.utf8) + [0], at: position)
    }
}
