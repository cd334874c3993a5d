package import Bytes

/// Where an executable keeps its data: enough to follow an address and to find a section by its name.
package struct ExecutableImage: Sendable {
    /// Bytes of the file that appear at an address.
    package struct Segment: Sendable {
        package let address: UInt64
        package let fileRange: Range<Int>
    }

    /// What is loaded, in the order of the file's tables.
    package internal(set) var segments: [Segment] = []
    /// The first writable segments that hold no code.
    package internal(set) var dataRanges: [Range<Int>] = []
    /// The sections asked for that are there; of several with one name the first.
    package internal(set) var sections: [String: Segment] = [:]

    /// Bytes of an address, 4 or 8.
    package internal(set) var wordSize = 8
    /// Whether the most significant byte comes first.
    package internal(set) var isBigEndian = false

    /// At most this many data segments are kept; real executables have one or two.
    private static let maxDataRanges = 4

    mutating func addData(_ range: Range<Int>) {
        if dataRanges.count < Self.maxDataRanges { dataRanges.append(range) }
    }

    /// The file offset of `count` bytes at an address, or `nil` where they are not in the file.
    package func fileOffset(of address: UInt64, count: Int) -> Int? {
        for segment in segments where address >= segment.address {
            guard let distance = Int(exactly: address - segment.address), distance < segment.fileRange.count,
                count >= 0, count <= segment.fileRange.count - distance
            else { continue }
            return segment.fileRange.lowerBound + distance
        }
        return nil
    }

    /// Recognises ELF, PE and Mach-O at `base`; `nil` for anything else.
    ///
    /// Only the sections named in `wanted` are kept; at most `maxTableEntries` sections, segments and load commands are
    /// looked at, each.
    package static func read(
        _ file: FileBytes,
        at base: Int = 0,
        wanted: Set<String> = [],
        maxTableEntries: Int = 65_536
    ) -> ExecutableImage? {
        let reading = Reading(wanted: wanted, maxTableEntries: maxTableEntries)
        if file.hasBytes([0x7f, 0x45, 0x4c, 0x46], at: base) { return elf(file, at: base, reading) }
        if file.hasBytes([0x4d, 0x5a], at: base) { return pe(file, at: base, reading) }
        return machO(file, at: base, reading)
    }

    /// Where executables begin in the file: those of a universal file, else its beginning.
    package static func offsets(in file: FileBytes) -> [Int] { universalOffsets(file) ?? [0] }

    /// What a caller wants to know, and how much work it may cost.
    struct Reading {
        let wanted: Set<String>
        let maxTableEntries: Int
    }
}
