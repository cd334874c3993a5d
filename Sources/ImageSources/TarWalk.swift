/// Goes from header to header of a tar archive in a file.
struct TarWalk {
    enum Kind: Sendable { case file, hardlink, symlink, other }

    struct Header {
        var name: [UInt8]
        var link: [UInt8]
        var kind: Kind
        /// Where the content stands in the file.
        var offset: Int64
        var size: Int64
    }

    private static let block: Int64 = 512
    /// Bytes of one extended header: names, not content.
    private static let maxExtendedBytes: Int64 = 1 << 20
    /// Extension blocks of one sparse member.
    private static let maxSparseBlocks = 100_000

    /// What extended headers say about the member that follows.
    private struct Extension {
        var name: [UInt8]?
        var link: [UInt8]?
        var size: Int64?
    }

    private let file: LocalFile
    private var position: Int64 = 0

    init(_ file: LocalFile) {
        self.file = file
    }

    /// The next member, or `nil` at the archive's end; throws `malformed` for a damaged header.
    mutating func next() throws -> Header? {
        var extended = Extension()
        while true {
            let block = try file.read(at: position, count: Int(Self.block))
            // Two zero blocks end an archive; some writers leave them out.
            guard !block.isEmpty, block.contains(where: { $0 != 0 }) else { return nil }
            guard block.count == Int(Self.block), Self.hasChecksum(block), let stated = Self.number(block[124..<136])
            else { throw malformed("a damaged header") }
            let type = block[156]
            position += Self.block
            let size = Self.hasNoContent(type) ? 0 : extended.size ?? stated
            guard size >= 0, size <= file.size - position else { throw malformed("cut short") }
            switch type {
            case UInt8(ascii: "L"): extended.name = Self.text(try content(size)[...])
            case UInt8(ascii: "K"): extended.link = Self.text(try content(size)[...])
            case UInt8(ascii: "x"): try readRecords(try content(size), into: &extended)
            case UInt8(ascii: "g"): break
            default:
                if type == UInt8(ascii: "S") { try passSparseBlocks(first: block) }
                let header = Header(
                    name: extended.name ?? Self.name(block),
                    link: extended.link ?? Self.text(block[157..<257]),
                    kind: Self.kind(type),
                    offset: position,
                    size: size
                )
                try advance(over: size)
                return header
            }
            try advance(over: size)
        }
    }

    /// Moves behind content, which fills whole blocks.
    private mutating func advance(over size: Int64) throws {
        guard size <= file.size - position else { throw malformed("cut short") }
        position += (size + Self.block - 1) / Self.block * Self.block
    }

    private func content(_ size: Int64) throws -> [UInt8] {
        guard size <= Self.maxExtendedBytes else { throw malformed("an extended header of \(size) bytes") }
        return try file.read(at: position, count: Int(size))
    }

    /// Records `LENGTH KEY=VALUE\n`, the length counting all of the record.
    private func readRecords(_ bytes: [UInt8], into extended: inout Extension) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let blank = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[..<blank], as: UTF8.self)), length > blank - rest.startIndex + 1,
                length <= rest.count
            else { throw malformed("a damaged extended header") }
            let record = rest[(blank + 1)..<(rest.startIndex + length)]
            rest = rest[(rest.startIndex + length)...]
            guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "="))
            else { throw malformed("a damaged extended header") }
            let value = record[(equals + 1)..<(record.endIndex - 1)]
            switch String(decoding: record[..<equals], as: UTF8.self) {
            case "path": extended.name = Array(value)
            case "linkpath": extended.link = Array(value)
            case "size": extended.size = Int64(String(decoding: value, as: UTF8.self))
            default: break
            }
        }
    }

    /// GNU sparse members carry more of their map in blocks between header and content (GNU tar manual, "Old GNU Format").
    private mutating func passSparseBlocks(first: [UInt8]) throws {
        var goesOn = first[482] != 0
        var blocks = 0
        while goesOn {
            blocks += 1
            let block = try file.read(at: position, count: Int(Self.block))
            guard block.count == Int(Self.block), blocks <= Self.maxSparseBlocks else { throw malformed("cut short") }
            position += Self.block
            goesOn = block[504] != 0
        }
    }

    private func malformed(_ what: String) -> ImageSourceError {
        ImageSourceError(.malformed, "\(file.path): not a sound tar archive: \(what) at byte \(position)")
    }

    /// Links, devices and directories have no content, whatever their size field says.
    private static func hasNoContent(_ type: UInt8) -> Bool { (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type) }

    private static func kind(_ type: UInt8) -> Kind {
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
        case UInt8(ascii: "1"): .hardlink
        case UInt8(ascii: "2"): .symlink
        default: .other
        }
    }

    private static func name(_ block: [UInt8]) -> [UInt8] {
        let name = text(block[0..<100])
        // Only POSIX archives, whose magic ends in NUL, have a prefix; GNU's keep times there.
        guard block[257..<263].elementsEqual("ustar\0".utf8) else { return name }
        let prefix = text(block[345..<500])
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// Octal digits, or a big-endian number where the first bit is set (GNU, base-256).
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80 else { return nil }
            let bytes = field.dropFirst()
            guard bytes.dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
            return Int64(exactly: bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    /// The sum of all bytes with the field itself as blanks; some old writers summed signed bytes.
    private static func hasChecksum(_ block: [UInt8]) -> Bool {
        guard let stated = number(block[148..<156]) else { return false }
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (index, byte) in block.enumerated() {
            let counted = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            unsigned += Int64(counted)
            signed += Int64(Int8(bitPattern: counted))
        }
        return stated == unsigned || stated == signed
    }
}
