package import Bytes

/// What a Portable Executable says of itself: the strings of its version resource, and whether it is a .NET assembly.
///
/// Microsoft, "PE Format", section "The .rsrc Section", and "VS_VERSIONINFO structure" with those that it refers to.
package struct PEVersion: Sendable {
    /// The strings of all languages by their names, such as `ProductName`; of several with one name the first.
    package private(set) var strings: [String: String] = [:]
    /// `FILEVERSION` of the fixed part as four numbers with dots; `nil` without one, or where it is 0.
    package private(set) var fixedFileVersion: String?
    /// Whether the file has a header of .NET's common language runtime.
    package private(set) var isManaged = false

    /// Real resources have some hundred bytes to a few kilobytes.
    private static let maxResourceBytes = 64 * 1024
    private static let maxStrings = 256
    /// Entries of one resource directory that are looked at.
    private static let maxEntries = 4096
    /// RT_VERSION.
    private static let versionType: UInt64 = 16
    private static let directoryFlag: UInt64 = 0x8000_0000

    /// `nil` where the file is no Portable Executable.
    package static func read(_ file: FileBytes) -> PEVersion? {
        let fields = ExecutableFields(file: file, base: 0, isBigEndian: false)
        guard file.hasBytes([0x4d, 0x5a]), let image = ExecutableImage.read(file),
            let header = fields.u32(0x3c).flatMap({ Int(exactly: $0) }), let magic = fields.u16(header + 24)
        else { return nil }
        let isWide = magic == 0x20b
        guard let imageBase = isWide ? fields.u64(header + 48) : fields.u32(header + 52),
            let count = fields.u32(header + (isWide ? 132 : 116))
        else { return nil }
        let directories = header + (isWide ? 136 : 120)
        func directory(_ index: Int) -> UInt64? {
            guard index < count, let address = fields.u32(directories + index * 8), address > 0,
                let size = fields.u32(directories + index * 8 + 4), size > 0
            else { return nil }
            return address
        }
        func position(_ address: UInt64) -> Int? { image.fileOffset(of: imageBase &+ address, count: 1) }
        var found = PEVersion()
        found.isManaged = directory(14) != nil
        if let root = directory(2).flatMap(position), let data = versionData(fields, root),
            let address = fields.u32(data), let size = fields.u32(data + 4), let start = position(address),
            let resource = file.bytes(
                at: start,
                count: min(Int(clamping: size), maxResourceBytes, file.count - start)
            )
        {
            found.readVersionInfo(resource)
        }
        return found
    }

    /// The data entry of the first version resource: type, name and language are three levels of directories.
    private static func versionData(_ fields: ExecutableFields, _ root: Int) -> Int? {
        guard let names = entries(fields, root).first(where: { $0.name == versionType })?.target(root),
            let languages = entries(fields, names).first?.target(root),
            let data = entries(fields, languages).first, data.offset & directoryFlag == 0
        else { return nil }
        return root + Int(data.offset)
    }

    private struct Entry {
        let name: UInt64
        let offset: UInt64

        /// The directory that the entry leads to.
        func target(_ root: Int) -> Int? {
            offset & PEVersion.directoryFlag != 0 ? root + Int(offset & ~PEVersion.directoryFlag) : nil
        }
    }

    private static func entries(_ fields: ExecutableFields, _ directory: Int) -> [Entry] {
        guard let named = fields.u16(directory + 12), let numbered = fields.u16(directory + 14) else { return [] }
        var found: [Entry] = []
        for index in 0..<min(named + numbered, maxEntries) {
            guard let name = fields.u32(directory + 16 + index * 8),
                let offset = fields.u32(directory + 20 + index * 8)
            else { break }
            found.append(Entry(name: name, offset: offset))
        }
        return found
    }

    // MARK: The resource

    /// One of the nested blocks: three lengths, a key, and from `body` on what it holds, up to `end`.
    private struct Block {
        let key: String
        let body: Int
        let end: Int
        let valueLength: Int
    }

    private mutating func readVersionInfo(_ bytes: [UInt8]) {
        guard let root = Self.block(bytes, at: 0, end: bytes.count), root.key == "VS_VERSION_INFO" else { return }
        // VS_FIXEDFILEINFO: its signature, the structure's version, then FILEVERSION in two words.
        if root.valueLength >= 16, Self.u32(bytes, root.body) == 0xfeef_04bd, let high = Self.u32(bytes, root.body + 8),
            let low = Self.u32(bytes, root.body + 12)
        {
            let numbers = [high >> 16, high & 0xffff, low >> 16, low & 0xffff]
            if numbers.contains(where: { $0 > 0 }) {
                fixedFileVersion = numbers.map(String.init).joined(separator: ".")
            }
        }
        for info in Self.blocks(bytes, from: root.body + root.valueLength, end: root.end)
        where info.key == "StringFileInfo" {
            for table in Self.blocks(bytes, from: info.body, end: info.end) {
                for string in Self.blocks(bytes, from: table.body, end: table.end) {
                    guard strings.count < Self.maxStrings, strings[string.key] == nil else { continue }
                    let units = Self.units(bytes, from: string.body, end: string.end)
                    strings[string.key] = String(decoding: units, as: UTF16.self)
                }
            }
        }
    }

    private static func blocks(_ bytes: [UInt8], from start: Int, end: Int) -> [Block] {
        var found: [Block] = []
        var at = aligned(start)
        // A block has eight bytes at least, so this ends.
        while let block = block(bytes, at: at, end: end) {
            found.append(block)
            at = aligned(block.end)
        }
        return found
    }

    private static func block(_ bytes: [UInt8], at start: Int, end: Int) -> Block? {
        guard let length = u16(bytes, start), length >= 8, start < end, let valueLength = u16(bytes, start + 2) else {
            return nil
        }
        let blockEnd = min(start + length, end, bytes.count)
        let key = units(bytes, from: start + 6, end: blockEnd)
        return Block(
            key: String(decoding: key, as: UTF16.self),
            body: aligned(start + 6 + (key.count + 1) * 2),
            end: blockEnd,
            valueLength: valueLength
        )
    }

    /// UTF-16 up to a zero.
    private static func units(_ bytes: [UInt8], from start: Int, end: Int) -> [UInt16] {
        var found: [UInt16] = []
        var at = start
        while at + 1 < end, let unit = u16(bytes, at), unit != 0 {
            found.append(UInt16(truncatingIfNeeded: unit))
            at += 2
        }
        return found
    }

    private static func aligned(_ offset: Int) -> Int { (offset + 3) & ~3 }

    private static func u16(_ bytes: [UInt8], _ at: Int) -> Int? {
        guard at >= 0, at < bytes.count - 1 else { return nil }
        return Int(bytes[at]) | Int(bytes[at + 1]) << 8
    }

    private static func u32(_ bytes: [UInt8], _ at: Int) -> UInt32? {
        guard let low = u16(bytes, at), let high = u16(bytes, at + 2) else { return nil }
        return UInt32(low) | UInt32(high) << 16
    }
}
