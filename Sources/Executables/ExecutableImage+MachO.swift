import Bytes

extension ExecutableImage {
    /// Mach-O, both widths and byte orders (Apple "OS X ABI Mach-O File Format Reference").
    static func machO(_ file: FileBytes, at base: Int, _ reading: Reading) -> ExecutableImage? {
        guard let magic: UInt32 = file.integer(at: base, bigEndian: true) else { return nil }
        let isBigEndian: Bool
        let is64Bit: Bool
        switch magic {
        case 0xfeed_face: (isBigEndian, is64Bit) = (true, false)
        case 0xfeed_facf: (isBigEndian, is64Bit) = (true, true)
        case 0xcefa_edfe: (isBigEndian, is64Bit) = (false, false)
        case 0xcffa_edfe: (isBigEndian, is64Bit) = (false, true)
        default: return nil
        }
        let fields = ExecutableFields(file: file, base: base, isBigEndian: isBigEndian)
        guard let count = fields.u32(16) else { return nil }
        var image = ExecutableImage()
        image.wordSize = is64Bit ? 8 : 4
        image.isBigEndian = isBigEndian
        var at = is64Bit ? 32 : 28
        for _ in 0..<min(Int(clamping: count), reading.maxTableEntries) {
            guard let command = fields.u32(at), let size = fields.u32(at + 4).flatMap({ Int(exactly: $0) }), size >= 8
            else { break }
            // LC_SEGMENT and LC_SEGMENT_64.
            if command == (is64Bit ? 0x19 : 1) {
                image.readSegment(fields, at: at, size: size, is64Bit: is64Bit, reading)
            }
            let (next, overflow) = at.addingReportingOverflow(size)
            guard !overflow, next < file.count else { break }
            at = next
        }
        return image
    }

    private mutating func readSegment(
        _ fields: ExecutableFields,
        at: Int,
        size: Int,
        is64Bit: Bool,
        _ reading: Reading
    ) {
        guard let address = fields.word(at + 24, is64Bit: is64Bit),
            let offset = fields.word(at + (is64Bit ? 40 : 32), is64Bit: is64Bit),
            let fileSize = fields.word(at + (is64Bit ? 48 : 36), is64Bit: is64Bit),
            let protection = fields.u32(at + (is64Bit ? 60 : 44)),
            let sectionCount = fields.u32(at + (is64Bit ? 64 : 48))
        else { return }
        if let range = fields.range(offset: offset, size: fileSize) {
            segments.append(Segment(address: address, fileRange: range))
            // Readable (1) and writable (2) only: the data segment.
            if protection == 3 { addData(range) }
        }
        let first = is64Bit ? 72 : 56
        let sectionSize = is64Bit ? 80 : 68
        let count = min(Int(clamping: sectionCount), max(0, size - first) / sectionSize, reading.maxTableEntries)
        for index in 0..<count {
            let section = at + first + index * sectionSize
            guard section < fields.file.count else { return }
            guard let name = fields.name(at: section, width: 16), reading.wanted.contains(name),
                sections[name] == nil, let address = fields.word(section + 32, is64Bit: is64Bit),
                let length = fields.word(section + (is64Bit ? 40 : 36), is64Bit: is64Bit),
                let start = fields.u32(section + (is64Bit ? 48 : 40)),
                let range = fields.range(offset: start, size: length)
            else { continue }
            sections[name] = Segment(address: address, fileRange: range)
        }
    }

    /// Where the executables of a universal (fat) file begin; `nil` where it is not one.
    ///
    /// A Java class file has the same first four bytes; its next four are a version of at least 45, more than any
    /// number of architectures.
    static func universalOffsets(_ file: FileBytes) -> [Int]? {
        let maxArchitectures: UInt64 = 40
        let fields = ExecutableFields(file: file, base: 0, isBigEndian: true)
        guard let magic = fields.u32(0), magic == 0xcafe_babe || magic == 0xcafe_babf,
            let count = fields.u32(4), count <= maxArchitectures
        else { return nil }
        let isWide = magic == 0xcafe_babf
        return (0..<Int(count)).compactMap { index in
            let at = 8 + index * (isWide ? 32 : 20) + 8
            let offset = isWide ? fields.u64(at) : fields.u32(at)
            return offset.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 && $0 < file.count ? $0 : nil }
        }
    }
}
