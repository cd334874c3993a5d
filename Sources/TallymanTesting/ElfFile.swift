/// Builds little-endian 64-bit ELF files of sections alone (System V gABI, chapter 4).
package struct ElfFile {
    private var sections: [(name: String, bytes: [UInt8])] = []

    /// Where the whole file stands in memory, to be written to; without it nothing says that it is loaded.
    private let loadAddress: Int?

    package init(loadAddress: Int? = nil) { self.loadAddress = loadAddress }

    /// The offset of the section that is added next.
    package var end: Int { start + sections.reduce(0) { $0 + $1.bytes.count } }

    /// The header, and the one program header that there may be.
    private var start: Int { loadAddress == nil ? 64 : 120 }

    /// Adds a section behind the others; its name and content are written as they are.
    package mutating func section(_ name: String, _ bytes: [UInt8]) { sections.append((name, bytes)) }

    /// A note: owner, type and text, padded to four bytes each (chapter 5, "Note Section").
    package static func note(owner: String, type: UInt32, _ text: [UInt8]) -> [UInt8] {
        let name = Array(owner.utf8) + [0]
        return word(UInt32(name.count)) + word(UInt32(text.count)) + word(type) + padded(name) + padded(text)
    }

    /// The file: header, contents, and the table of the sections with that of their names last (chapter 4, "Sections").
    package var bytes: [UInt8] {
        var names: [UInt8] = [0]
        var body: [UInt8] = []
        var table = [UInt8](repeating: 0, count: 64)
        for (name, bytes) in sections + [(".shstrtab", [])] {
            let nameAt = names.count
            names += Array(name.utf8) + [0]
            let isNames = name == ".shstrtab"
            let content = isNames ? names : bytes
            table += Self.word(UInt32(nameAt)) + Self.word(isNames ? 3 : 7) + [UInt8](repeating: 0, count: 16)
            table += Self.long(start + body.count) + Self.long(content.count) + [UInt8](repeating: 0, count: 24)
            body += content
        }
        var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8) + [2, 0, 62, 0]
        header += Self.word(1) + Self.long(0) + Self.long(loadAddress == nil ? 0 : 64)
        header += Self.long(start + body.count) + Self.word(0)
        header += [64, 0, 56, 0, loadAddress == nil ? 0 : 1, 0, 64, 0]
        header += [UInt8(sections.count + 2), 0, UInt8(sections.count + 1), 0]
        return header + programHeader(fileBytes: start + body.count + table.count) + body + table
    }

    /// What is loaded, readable and writable (chapter 5, "Program Header").
    private func programHeader(fileBytes: Int) -> [UInt8] {
        guard let loadAddress else { return [] }
        var header = Self.word(1) + Self.word(6)
        for value in [0, loadAddress, loadAddress, fileBytes, fileBytes, 4096] { header += Self.long(value) }
        return header
    }

    static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    static func long(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
}
