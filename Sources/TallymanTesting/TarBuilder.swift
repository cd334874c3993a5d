/// Writes small tar archives in code: ustar headers (POSIX.1-2017, pax, "ustar Interchange Format"), pax records, and
/// the forms of GNU tar that images in the field hold.
package struct TarBuilder {
    /// The type flag of a header.
    package enum Kind: UInt8 {
        case file = 0x30
        case hardlink = 0x31
        case symlink = 0x32
        case characterDevice = 0x33
        case directory = 0x35
        case fifo = 0x36
        case pax = 0x78
        case gnuLongName = 0x4c
        case gnuSparse = 0x53
    }

    /// The offsets at which entries (with their pax records) start.
    package private(set) var boundaries: [Int] = []
    private var bytes: [UInt8] = []

    package init() {}

    /// Adds a regular file.
    package mutating func file(_ path: String, _ content: [UInt8], mode: Int = 0o644) {
        entry(Array(path.utf8), .file, content: content, mode: mode)
    }

    /// Adds a regular file that holds text.
    package mutating func file(_ path: String, _ text: String, mode: Int = 0o644) {
        file(path, Array(text.utf8), mode: mode)
    }

    package mutating func directory(_ path: String) { entry(Array((path + "/").utf8), .directory, mode: 0o755) }

    package mutating func symlink(_ path: String, to target: String) {
        entry(Array(path.utf8), .symlink, target: Array(target.utf8), mode: 0o777)
    }

    package mutating func hardlink(_ path: String, to target: String) {
        entry(Array(path.utf8), .hardlink, target: Array(target.utf8))
    }

    /// Adds an entry of any kind; a name or target that does not fit its field goes into a pax record before it.
    package mutating func entry(
        _ path: [UInt8],
        _ kind: Kind,
        content: [UInt8] = [],
        target: [UInt8] = [],
        mode: Int = 0o644,
        userID: Int = 0,
        groupID: Int = 0
    ) {
        boundaries.append(bytes.count)
        var records: [UInt8] = []
        if path.count > 100 { records += Self.paxRecord("path", path) }
        if target.count > 100 { records += Self.paxRecord("linkpath", target) }
        if !records.isEmpty { append(Self.header(Array("PaxHeaders/x".utf8), .pax, size: records.count), records) }
        let header = Self.header(path, kind, size: content.count, target: target, mode: mode, ids: (userID, groupID))
        append(header, content)
    }

    /// Adds a file whose name and size stand in pax records alone.
    package mutating func paxFile(_ path: [UInt8], _ content: [UInt8]) {
        boundaries.append(bytes.count)
        let records = Self.paxRecord("path", path) + Self.paxRecord("size", Array("\(content.count)".utf8))
        append(Self.header(Array("PaxHeaders/x".utf8), .pax, size: records.count), records)
        append(Self.header(Array("placeholder".utf8), .file, size: content.count), content)
    }

    /// Adds a file whose name stands in GNU's `L` entry.
    package mutating func gnuLongNameFile(_ path: [UInt8], _ content: [UInt8]) {
        boundaries.append(bytes.count)
        append(Self.header(Array("././@LongLink".utf8), .gnuLongName, size: path.count + 1, isGNU: true), path + [0])
        append(Self.header(Array(path.prefix(100)), .file, size: content.count, isGNU: true), content)
    }

    /// Adds a sparse file in GNU's old form (GNU tar manual, "Old GNU Format"): up to four pieces at their offsets.
    package mutating func gnuSparseFile(_ path: String, realSize: Int, pieces: [(offset: Int, bytes: [UInt8])]) {
        boundaries.append(bytes.count)
        let stored = pieces.flatMap(\.bytes)
        var header = Self.header(Array(path.utf8), .gnuSparse, size: stored.count, isGNU: true)
        for (index, piece) in pieces.prefix(4).enumerated() {
            Self.put(Self.octal(piece.offset, width: 12), into: &header, at: 386 + index * 24)
            Self.put(Self.octal(piece.bytes.count, width: 12), into: &header, at: 398 + index * 24)
        }
        Self.put(Self.octal(realSize, width: 12), into: &header, at: 483)
        Self.sign(&header)
        append(header, stored)
    }

    /// Adds a header that claims `size` bytes of content and nothing behind it.
    package mutating func claim(_ path: String, size: Int) {
        boundaries.append(bytes.count)
        bytes += Self.header(Array(path.utf8), .file, size: size)
    }

    /// The archive with the two zero blocks at its end.
    package var archive: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// The archive without an end mark, as some builders leave it.
    package var unterminated: [UInt8] { bytes }

    private mutating func append(_ header: [UInt8], _ content: [UInt8]) {
        bytes += header
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    private static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [0x0a]
        // The length counts its own digits.
        var length = rest.count + 1
        while "\(length)".utf8.count + rest.count != length { length += 1 }
        return Array("\(length)".utf8) + rest
    }

    private static func header(
        _ path: [UInt8],
        _ kind: Kind,
        size: Int,
        target: [UInt8] = [],
        mode: Int = 0o644,
        ids: (user: Int, group: Int) = (0, 0),
        isGNU: Bool = false
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        put(Array(path.prefix(100)), into: &block, at: 0)
        put(octal(mode, width: 8), into: &block, at: 100)
        put(octal(ids.user, width: 8), into: &block, at: 108)
        put(octal(ids.group, width: 8), into: &block, at: 116)
        put(octal(size, width: 12), into: &block, at: 124)
        put(octal(0, width: 12), into: &block, at: 136)
        block[156] = kind.rawValue
        put(Array(target.prefix(100)), into: &block, at: 157)
        put(Array((isGNU ? "ustar  \u{0}" : "ustar\u{0}00").utf8), into: &block, at: 257)
        sign(&block)
        return block
    }

    private static func sign(_ block: inout [UInt8]) {
        put([UInt8](repeating: 0x20, count: 8), into: &block, at: 148)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(octal(sum, width: 7) + [0x20], into: &block, at: 148)
    }

    private static func octal(_ value: Int, width: Int) -> [UInt8] {
        let digits = Array(String(value, radix: 8).utf8.suffix(width - 1))
        return [UInt8](repeating: 0x30, count: width - 1 - digits.count) + digits + [0]
    }

    private static func put(_ field: [UInt8], into block: inout [UInt8], at offset: Int) {
        block.replaceSubrange(offset..<offset + field.count, with: field)
    }
}
