/// Makes the smallest executables that carry Go build information, in each container format.
enum ExecutableBuilder {
    enum Container: String, CaseIterable, Sendable {
        case elf64, elf64NoSections, elf32BigEndian, pe32, pe64, machO64, machO64NoSection, machO32BigEndian, fat

        var isBigEndian: Bool { self == .elf32BigEndian || self == .machO32BigEndian }
        var is64Bit: Bool { self != .elf32BigEndian && self != .machO32BigEndian && self != .pe32 }
    }

    /// Where the data of every container lies in its file, and at which address.
    static let dataOffset = 0x400
    static let dataAddress = 0x40_1000

    static func inline(_ version: String, _ text: String) -> [UInt8] {
        let marked = text.isEmpty ? [] : mark + Array(text.utf8) + mark
        return magic + [0, 2] + Array(repeating: 0, count: 16) + prefixed(Array(version.utf8)) + prefixed(marked)
    }

    static func pointers(_ version: String, _ text: String, in container: Container) -> [UInt8] {
        let width = container.is64Bit ? 8 : 4
        func word(_ value: Int) -> [UInt8] { bytes(value, width, container.isBigEndian) }
        let marked = mark + Array(text.utf8) + mark
        let headers = dataAddress + 32
        let strings = headers + 4 * width
        var out = magic + [UInt8(width), container.isBigEndian ? 1 : 0]
        out += word(headers) + word(headers + 2 * width)
        out += Array(repeating: 0, count: 32 - out.count)
        out += word(strings) + word(version.utf8.count)
        out += word(strings + version.utf8.count) + word(marked.count)
        return out + Array(version.utf8) + marked
    }

    static func wrap(_ data: [UInt8], in container: Container) -> [UInt8] {
        switch container {
        case .elf64: elf64(data, withSections: true)
        case .elf64NoSections: elf64(data, withSections: false)
        case .elf32BigEndian: elf32(data)
        case .pe32: pe(data, is64Bit: false)
        case .pe64: pe(data, is64Bit: true)
        case .machO64: machO64(data, withSection: true)
        case .machO64NoSection: machO64(data, withSection: false)
        case .machO32BigEndian: machO32(data)
        case .fat: fat(machO64(data, withSection: true))
        }
    }

    private static let magic: [UInt8] = [0xff] + Array(" Go buildinf:".utf8)
    private static let mark = Array("0123456789abcdef".utf8)

    private static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        var rest = bytes.count
        while rest >= 0x80 {
            length.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }

    static func bytes(_ value: Int, _ width: Int, _ bigEndian: Bool = false) -> [UInt8] {
        let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        return bigEndian ? little.reversed() : little
    }

    private static func padded(_ header: [UInt8], _ data: [UInt8]) -> [UInt8] {
        header + Array(repeating: 0, count: dataOffset - header.count) + data
    }

    private static func elf64(_ data: [UInt8], withSections: Bool) -> [UInt8] {
        var out: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
        let table = dataOffset + data.count + 16
        out += bytes(2, 2) + bytes(62, 2) + bytes(1, 4) + bytes(0, 8) + bytes(64, 8)
        out += bytes(withSections ? table : 0, 8) + bytes(0, 4) + bytes(64, 2) + bytes(56, 2)
        out += bytes(withSections ? 1 : 2, 2) + bytes(64, 2) + bytes(withSections ? 3 : 0, 2) + bytes(1, 2)
        if !withSections {
            // A code segment in front, which must not be searched.
            out += bytes(1, 4) + bytes(5, 4) + bytes(0, 8) + bytes(0x40_0000, 8) + bytes(0, 8)
            out += bytes(64, 8) + bytes(64, 8) + bytes(4096, 8)
        }
        out += bytes(1, 4) + bytes(withSections ? 4 : 6, 4) + bytes(dataOffset, 8) + bytes(dataAddress, 8) + bytes(0, 8)
        out += bytes(data.count, 8) + bytes(data.count, 8) + bytes(4096, 8)
        out = padded(out, data)
        guard withSections else { return out }
        out += [0] + Array(".go.buildinfo".utf8) + [0, 0]
        func section(_ name: Int, _ offset: Int, _ size: Int) -> [UInt8] {
            bytes(name, 4) + bytes(1, 4) + bytes(0, 16) + bytes(offset, 8) + bytes(size, 8) + bytes(0, 24)
        }
        return out + section(0, 0, 0) + section(0, table - 16, 16) + section(1, dataOffset, data.count)
    }

    private static func elf32(_ data: [UInt8]) -> [UInt8] {
        func be(_ value: Int, _ width: Int) -> [UInt8] { bytes(value, width, true) }
        var out: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 1, 2, 1] + Array(repeating: 0, count: 9)
        out += be(2, 2) + be(8, 2) + be(1, 4) + be(0, 4) + be(52, 4) + be(0, 4) + be(0, 4)
        out += be(52, 2) + be(32, 2) + be(1, 2) + be(40, 2) + be(0, 2) + be(0, 2)
        out += be(1, 4) + be(dataOffset, 4) + be(dataAddress, 4) + be(0, 4) + be(data.count, 4) + be(data.count, 4)
        return padded(out + be(6, 4) + be(4096, 4), data)
    }

    private static func pe(_ data: [UInt8], is64Bit: Bool) -> [UInt8] {
        let imageBase = 0x40_0000
        let optionalSize = 112
        var optional = bytes(is64Bit ? 0x20b : 0x10b, 2) + bytes(0, is64Bit ? 22 : 26)
        optional += bytes(imageBase, is64Bit ? 8 : 4)
        optional += bytes(0, optionalSize - optional.count)
        var out: [UInt8] = [0x4d, 0x5a] + bytes(0, 58) + bytes(0x80, 4) + bytes(0, 64)
        out += Array("PE".utf8) + [0, 0] + bytes(0x8664, 2) + bytes(1, 2) + bytes(0, 12) + bytes(optionalSize, 2)
        out += bytes(0, 2) + optional + Array(".data".utf8) + bytes(0, 3) + bytes(data.count, 4)
        out += bytes(dataAddress - imageBase, 4) + bytes(data.count, 4) + bytes(dataOffset, 4) + bytes(0, 12)
        return padded(out + bytes(0xc000_0040, 4), data)
    }

    private static func name(_ text: String) -> [UInt8] { Array(text.utf8) + bytes(0, 16 - text.utf8.count) }

    private static func machO64(_ data: [UInt8], withSection: Bool) -> [UInt8] {
        let sections = withSection ? 1 : 0
        var out = bytes(0xfeed_facf, 4) + bytes(0x0100_0007, 4) + bytes(3, 4) + bytes(2, 4) + bytes(1, 4)
        out += bytes(72 + 80 * sections, 4) + bytes(0, 8)
        out += bytes(0x19, 4) + bytes(72 + 80 * sections, 4) + name("__DATA") + bytes(dataAddress, 8)
        out += bytes(data.count, 8) + bytes(dataOffset, 8) + bytes(data.count, 8) + bytes(7, 4)
        out += bytes(withSection ? 1 : 3, 4) + bytes(sections, 4) + bytes(0, 4)
        if withSection {
            out += name("__go_buildinfo") + name("__DATA") + bytes(dataAddress, 8) + bytes(data.count, 8)
            out += bytes(dataOffset, 4) + bytes(0, 28)
        }
        return padded(out, data)
    }

    private static func machO32(_ data: [UInt8]) -> [UInt8] {
        func be(_ value: Int, _ width: Int) -> [UInt8] { bytes(value, width, true) }
        var out = be(0xfeed_face, 4) + be(18, 4) + be(0, 4) + be(2, 4) + be(1, 4) + be(56, 4) + be(0, 4)
        out += be(1, 4) + be(56, 4) + name("__DATA") + be(dataAddress, 4) + be(data.count, 4) + be(dataOffset, 4)
        return padded(out + be(data.count, 4) + be(7, 4) + be(3, 4) + be(0, 4) + be(0, 4), data)
    }

    private static func fat(_ slice: [UInt8]) -> [UInt8] {
        func be(_ value: Int, _ width: Int) -> [UInt8] { bytes(value, width, true) }
        let offset = 4096
        var out = be(0xcafe_babe, 4) + be(2, 4) + be(12, 4) + be(0, 4) + be(64, 4) + be(16, 4) + be(0, 4)
        out += be(7, 4) + be(3, 4) + be(offset, 4) + be(slice.count, 4) + be(12, 4)
        return out + bytes(0, offset - out.count) + slice
    }
}
