/// Writes a layer's tar: files only (POSIX.1-2017, pax, "ustar Interchange Format").
struct TarText {
    static let blockBytes = 512
    /// The two empty blocks at an archive's end.
    static let end = [UInt8](repeating: 0, count: 2 * blockBytes)

    private(set) var bytes: [UInt8] = []

    /// Adds a file; `path` must have at most 100 bytes.
    mutating func file(_ path: String, _ content: [UInt8], mode: Int = 0o644) {
        bytes += Self.header(path, size: content.count, mode: mode)
        bytes += content
        bytes += [UInt8](repeating: 0, count: (Self.blockBytes - content.count % Self.blockBytes) % Self.blockBytes)
    }

    mutating func file(_ path: String, _ text: String) { file(path, Array(text.utf8)) }

    static func header(_ path: String, size: Int, mode: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockBytes)
        func put(_ field: some Collection<UInt8>, at offset: Int) {
            block.replaceSubrange(offset..<offset + field.count, with: field)
        }
        put(path.utf8.prefix(100), at: 0)
        put(octal(mode, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(1_700_000_000, digits: 11), at: 136)
        block[156] = UInt8(ascii: "0")
        put("ustar\u{0}00".utf8, at: 257)
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
        put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ value: Int, digits: Int) -> [UInt8] {
        let text = Array(String(value, radix: 8).utf8.suffix(digits))
        return [UInt8](repeating: UInt8(ascii: "0"), count: digits - text.count) + text
    }
}
