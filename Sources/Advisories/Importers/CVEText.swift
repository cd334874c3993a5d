/// CVE identifiers as they stand in text.
enum CVEText {
    /// The identifiers in `text`, in its order, without duplicates; at most `limit`.
    static func identifiers(in text: String, limit: Int = 64) -> [String] {
        let bytes = Array(text.utf8)
        var found: [String] = []
        var position = 0
        while position + 8 < bytes.count, found.count < limit {
            defer { position += 1 }
            guard bytes[position] == UInt8(ascii: "C"), let end = end(of: bytes, at: position) else { continue }
            let name = String(decoding: bytes[position..<end], as: UTF8.self)
            if !found.contains(name) { found.append(name) }
        }
        return found
    }

    /// The identifiers in `texts`, sorted, without duplicates, as many as a record may have.
    static func identifiers(in texts: some Sequence<String>, limits: AdvisoryLimits) -> [String] {
        let all = Set(texts.flatMap { identifiers(in: $0, limit: limits.maxAliases) })
        return Array(all.sorted().prefix(limits.maxAliases))
    }

    /// Where `CVE-2024-1234` at `start` ends: four digits of a year, then four to nineteen of a number.
    private static func end(of bytes: [UInt8], at start: Int) -> Int? {
        let rest = bytes[start...]
        guard rest.starts(with: Array("CVE-".utf8)) else { return nil }
        let year = rest.dropFirst(4).prefix { isDigit($0) }
        guard year.count == 4, year.endIndex < bytes.count, bytes[year.endIndex] == UInt8(ascii: "-") else {
            return nil
        }
        let number = bytes[(year.endIndex + 1)...].prefix(20).prefix { isDigit($0) }
        return (4...19).contains(number.count) ? number.endIndex : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
