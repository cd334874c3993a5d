package import Bytes

/// Sections of executables, by name.
package enum ExecutableSections {
    /// Where the bytes of a section of an ELF file stand in the file; `nil` where it is no ELF file or has no such section.
    ///
    /// Cut at the end of the file.
    package static func elf(_ name: String, in file: FileBytes, limits: GoBuildLimits = .init()) -> Range<Int>? {
        guard let header = ElfHeader(file, at: 0) else { return nil }
        return header.section(name, limits: limits)
    }
}

/// The fixed header of an ELF file (System V gABI, chapter 4, "ELF Header").
struct ElfHeader {
    let fields: ExecutableFields
    let is64Bit: Bool

    init?(_ file: FileBytes, at base: Int) {
        guard file.hasBytes([0x7f, 0x45, 0x4c, 0x46], at: base), let width = file.u8(at: base + 4),
            let order = file.u8(at: base + 5), width == 1 || width == 2, order == 1 || order == 2
        else { return nil }
        is64Bit = width == 2
        fields = ExecutableFields(file: file, base: base, isBigEndian: order == 2)
    }

    /// The bytes of the section with this name.
    func section(_ name: String, limits: GoBuildLimits) -> Range<Int>? {
        guard let table = fields.word(is64Bit ? 40 : 32, is64Bit: is64Bit).flatMap({ Int(exactly: $0) }), table > 0,
            let entrySize = fields.u16(is64Bit ? 58 : 46), entrySize >= (is64Bit ? 64 : 40),
            let count = fields.u16(is64Bit ? 60 : 48), let namesIndex = fields.u16(is64Bit ? 62 : 50)
        else { return nil }
        func entry(_ index: Int) -> Int? {
            let (at, overflow) = table.addingReportingOverflow(index * entrySize)
            return overflow || at >= fields.file.count ? nil : at
        }
        func bytes(_ at: Int) -> Range<Int>? {
            guard let offset = fields.word(at + (is64Bit ? 24 : 16), is64Bit: is64Bit),
                let size = fields.word(at + (is64Bit ? 32 : 20), is64Bit: is64Bit)
            else { return nil }
            return fields.range(offset: offset, size: size)
        }
        guard let names = entry(namesIndex).flatMap(bytes) else { return nil }
        let wanted = Array(name.utf8) + [0]
        for index in 0..<min(count, limits.maxTableEntries) {
            guard let at = entry(index) else { return nil }
            guard let start = fields.u32(at).flatMap({ Int(exactly: $0) }), start < names.count,
                fields.file.hasBytes(wanted, at: names.lowerBound + start)
            else { continue }
            return bytes(at)
        }
        return nil
    }
}
