import Bytes

extension ExecutableImage {
    /// Portable Executable (Microsoft PE/COFF specification, "Overview" to "Section Table").
    static func pe(_ file: FileBytes, at base: Int, _ reading: Reading) -> ExecutableImage? {
        let fields = ExecutableFields(file: file, base: base, isBigEndian: false)
        guard let header = fields.u32(0x3c).flatMap({ Int(exactly: $0) }), let signature = fields.u32(header),
            signature == 0x0000_4550, let count = fields.u16(header + 6), let optionalSize = fields.u16(header + 20),
            let magic = fields.u16(header + 24), magic == 0x10b || magic == 0x20b,
            let imageBase = magic == 0x20b ? fields.u64(header + 48) : fields.u32(header + 52)
        else { return nil }
        var image = ExecutableImage()
        image.wordSize = magic == 0x20b ? 8 : 4
        for index in 0..<min(count, reading.maxTableEntries) {
            let at = header + 24 + optionalSize + index * 40
            guard let address = fields.u32(at + 12), let size = fields.u32(at + 16), let offset = fields.u32(at + 20),
                let flags = fields.u32(at + 36)
            else { break }
            guard address > 0, let range = fields.range(offset: offset, size: size) else { continue }
            let segment = Segment(address: imageBase &+ address, fileRange: range)
            image.segments.append(segment)
            if let name = fields.name(at: at, width: 8), reading.wanted.contains(name), image.sections[name] == nil {
                image.sections[name] = segment
            }
            // IMAGE_SCN_CNT_INITIALIZED_DATA, IMAGE_SCN_MEM_READ and IMAGE_SCN_MEM_WRITE: the data section.
            if flags & 0xc000_0040 == 0xc000_0040 { image.addData(range) }
        }
        return image
    }
}
