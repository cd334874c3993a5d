import Bytes
import Executables
import Testing

@Suite("Sections of executables")
struct SectionTests {
    private static let data = Array("section content".utf8)

    /// A 64-bit ELF file of one named section (System V gABI, chapter 4).
    private static func elf(_ name: String) -> [UInt8] {
        var out: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + zeros(9)
        let names = [0] + Array(name.utf8) + [0]
        let table = 64 + data.count + names.count
        out += le(2, 2) + le(62, 2) + le(1, 4) + zeros(16) + le(table, 8) + zeros(4) + le(64, 2) + le(56, 2) + le(0, 2)
        out += le(64, 2) + le(3, 2) + le(2, 2) + data + names
        func section(_ name: Int, _ offset: Int, _ size: Int) -> [UInt8] {
            le(name, 4) + le(1, 4) + zeros(8) + le(0x1000, 8) + le(offset, 8) + le(size, 8) + zeros(24)
        }
        return out + section(0, 0, 0) + section(1, 64, data.count) + section(0, 64 + data.count, names.count)
    }

    /// A 64-bit PE file of one named section (Microsoft PE specification, "Section Table").
    private static func pe(_ name: String) -> [UInt8] {
        let optional = le(0x20b, 2) + zeros(22) + le(0x40_0000, 8) + zeros(80)
        var out: [UInt8] = [0x4d, 0x5a] + zeros(58) + le(0x40, 4) + Array("PE".utf8) + zeros(2)
        out += le(0x8664, 2) + le(1, 2) + zeros(12) + le(optional.count, 2) + zeros(2) + optional
        out += Array(name.utf8) + zeros(8 - name.utf8.count) + le(data.count, 4) + le(0x1000, 4) + le(data.count, 4)
        let start = out.count + 20
        return out + le(start, 4) + zeros(12) + le(0x4000_0040, 4) + data
    }

    /// A 64-bit Mach-O file of one named section (Apple, "Mach-O File Format Reference").
    private static func machO(_ name: String) -> [UInt8] {
        func field(_ text: String) -> [UInt8] { Array(text.utf8) + zeros(16 - text.utf8.count) }
        var out = le(0xfeed_facf, 4) + zeros(12) + le(1, 4) + le(152, 4) + zeros(8)
        let start = out.count + 152
        out += le(0x19, 4) + le(152, 4) + field("__DATA") + le(0x1000, 8) + le(data.count, 8) + le(start, 8)
        out += le(data.count, 8) + le(7, 4) + le(3, 4) + le(1, 4) + zeros(4)
        out += field(name) + field("__DATA") + le(0x1000, 8) + le(data.count, 8) + le(start, 4) + zeros(28)
        return out + data
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    private static func le(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static let files = [elf(".dep-v0"), pe(".dep-v0"), machO(".dep-v0")]

    @Test("A section is found by its name in every format", arguments: files)
    func found(bytes: [UInt8]) throws {
        let file = FileBytes(bytes)
        let image = try #require(ExecutableImage.read(file, wanted: [".dep-v0", ".other"]))
        #expect(image.sections.keys.sorted() == [".dep-v0"])
        let range = try #require(image.sections[".dep-v0"]?.fileRange)
        #expect(file.bytes(at: range.lowerBound, count: range.count) == Self.data)
    }

    @Test("Nothing is kept that nobody asked for, and a longer name is another name", arguments: files)
    func notWanted(bytes: [UInt8]) {
        #expect(ExecutableImage.read(FileBytes(bytes))?.sections.isEmpty == true)
        #expect(ExecutableImage.read(FileBytes(bytes), wanted: [".dep-v", "dep-v0"])?.sections.isEmpty == true)
    }

    @Test("Cut and changed files never trap", arguments: files)
    func damaged(bytes: [UInt8]) {
        for length in bytes.indices {
            _ = ExecutableImage.read(FileBytes(Array(bytes[..<length])), wanted: [".dep-v0"])
        }
        for position in bytes.indices {
            for value in [UInt8(0), 0x7f, 0x80, 0xff] {
                var copy = bytes
                copy[position] = value
                let image = ExecutableImage.read(FileBytes(copy), wanted: [".dep-v0"])
                for section in image?.sections.values.map(\.fileRange) ?? [] {
                    #expect(section.upperBound <= copy.count)
                }
            }
        }
    }
}
