import Bytes

extension ExecutableImage {
    /// ELF, both classes and byte orders (System V gABI, chapters 4 and 5).
    static func elf(_ file: FileBytes, at base: Int, limits: GoBuildLimits) -> ExecutableImage? {
        guard let header = ElfHeader(file, at: base) else { return nil }
        let fields = header.fields
        let is64Bit = header.is64Bit
        var image = ExecutableImage()
        image.readProgramHeaders(fields, is64Bit: is64Bit, limits: limits)
        if let section = header.section(".go.buildinfo", limits: limits) {
            image.addPlace(section, first: true)
        }
        return image
    }

    private mutating func readProgramHeaders(_ fields: ExecutableFields, is64Bit: Bool, limits: GoBuildLimits) {
        let load: UInt64 = 1
        guard let table = fields.word(is64Bit ? 32 : 28, is64Bit: is64Bit).flatMap({ Int(exactly: $0) }),
            let entrySize = fields.u16(is64Bit ? 54 : 42), entrySize >= (is64Bit ? 56 : 32),
            let count = fields.u16(is64Bit ? 56 : 44)
        else { return }
        for index in 0..<min(count, limits.maxTableEntries) {
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
            if flags & 3 == 2 { addPlace(range) }
        }
    }
}
