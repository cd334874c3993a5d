/// Builds small ustar archives in memory.
struct TarBuilder {
    private(set) var bytes: [UInt8] = []

    mutating func add(
        _ name: String,
        _ content: [UInt8] = [],
        type: Character = "0",
        link: String = "",
        mode: String = "0000644"
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, limit: Int) {
            for (index, byte) in text.utf8.prefix(limit).enumerated() { header[offset + index] = byte }
        }
        put(name, at: 0, limit: 100)
        put(mode, at: 100, limit: 8)
        put("0000000", at: 108, limit: 8)
        put("0000000", at: 116, limit: 8)
        let size = String(content.count, radix: 8)
        put(String(repeating: "0", count: 11 - size.count) + size, at: 124, limit: 12)
        put("00000000000", at: 136, limit: 12)
        put("        ", at: 148, limit: 8)
        header[156] = type.asciiValue ?? 0
        put(link, at: 157, limit: 100)
        put("ustar\u{0}00", at: 257, limit: 8)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148, limit: 8)
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    mutating func add(_ name: String, _ content: String) { add(name, Array(content.utf8)) }

    /// A pax header for the member that follows.
    mutating func addPax(_ records: [(String, String)]) {
        var body = ""
        for (key, value) in records {
            let rest = " \(key)=\(value)\n"
            var length = rest.utf8.count
            while "\(length)\(rest)".utf8.count != length { length = "\(length)\(rest)".utf8.count }
            body += "\(length)\(rest)"
        }
        add("pax", Array(body.utf8), type: "x")
    }

    /// The archive with its end marker.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
