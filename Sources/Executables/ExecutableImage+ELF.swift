import Bytes

extension ExecutableImage {
    /// ELF, both classes and byte orders (System V gABI, chapters 4 and 5).
    static func elf(_ file: FileBytes, at base: Int, _ reading: Reading) -> ExecutableImage? {
        guard let start = file.u8(at: base + 4), let order = file.u8(at: base + 5),
            start == 1 || start == 2, order == 1 || order == 2
        else { return nil }
        let is64Bit = start == 2
        let fields = ExecutableFields(file: file, base: base, isBigEndian: order == 2)
        var image = ExecutableImage()
        image.wordSize = is64Bit ? 8 : 4
        image.isBigEndian = order == 2
        image.readProgramHeaders(fields, is64Bit: is64Bit, reading)
        if !reading.wanted.isEmpty { image.readSections(fields, is64Bit: is64Bit, reading) }
        return image
    }

    private mutating func readProgramHeaders(_ fields: ExecutableFields, is64Bit: Bool, _ reading: Reading) {
        let load: UInt64 = 1
        guard let table = fields.word(is64Bit ? 32 : 28, is64Bit: is64Bit).flatMap({ Int(exactly: $0) }),
            let entrySize = fields.u16(is64Bit ? 54 : 42), entrySize >= (is64Bit ? 56 : 32),
            let count = fields.u16(is64Bit ? 56 : 44)
        else { return }
        for index in 0..<min(count, reading.maxTableEntries) {
            let (at, overflow) = table.addingReportingOverflow(index * entrySize)
            guard !overflow, at < fields.file.count, let type = fields.u32(at) else { return }
            guard type == load, let flags = fields.u32(at + (is64Bit ? 4 : 24)),
                let offset = fields.word(at + (is64Bit ? 8 : 4), is64Bit: is64Bit),
                let address = fields.word(at + (is64Bit ? 16 : 8), is64Bit: is64Bit),
                let size = fields.word(at + (is64Bit ? 32 : 16), is64Bit: is64Bit),
                let range = fields.range(offset: offset, size: size)
            else { continue }
            segments.append(Segment(address: address, fileRange: range))
            // Writable (2) and not executable (1): the data segment.
            if flags & 3 == 2 { addData(range) }
        }
    }

    private mutating func readSections(_ fields: ExecutableFields, is64Bit: Bool, _ reading: Reading) {
        guard let table = fields.word(is64Bit ? 40 : 32, is64Bit: is64Bit).flatMap({ Int(exactly: $0) }), table > 0,
            let entrySize = fields.u16(is64Bit ? 58 : 46), entrySize >= (is64Bit ? 64 : 40),
            let count = fields.u16(is64Bit ? 60 : 48), let namesIndex = fields.u16(is64Bit ? 62 : 50)
        else { return }
        func entry(_ index: Int) -> Int? {
            let (at, overflow) = table.addingReportingOverflow(index * entrySize)
            return overflow || at >= fields.file.count ? nil : at
        }
        func segment(_ at: Int) -> Segment? {
            guard let address = fields.word(at + (is64Bit ? 16 : 12), is64Bit: is64Bit),
                let offset = fields.word(at + (is64Bit ? 24 : 16), is64Bit: is64Bit),
                let size = fields.word(at + (is64Bit ? 32 : 20), is64Bit: is64Bit)
            else { return nil }
            return fields.range(offset: offset, size: size).map { Segment(address: address, fileRange: $0) }
        }
        guard let names = entry(namesIndex).flatMap(segment)?.fileRange else { return }
        let keys = reading.wanted.map { (name: $0, bytes: Array($0.utf8) + [0]) }
        for index in 0..<min(count, reading.maxTableEntries) {
            guard let at = entry(index) else { return }
            guard let offset = fields.u32(at).flatMap({ Int(exactly: $0) }), offset < names.count,
                let key = keys.first(where: { fields.file.hasBytes($0.bytes, at: names.lowerBound + offset) }),
                sections[key.name] == nil, let found = segment(at)
            else { continue }
            sections[key.name] = found
        }
    }
}
