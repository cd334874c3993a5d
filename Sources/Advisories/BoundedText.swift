/// Text taken from a feed, made fit to store.
enum BoundedText {
    /// `text` without control characters other than tab and line feed, cut to `maxBytes` at a scalar's boundary.
    static func clean(_ text: String, maxBytes: Int) -> String {
        if text.utf8.count <= maxBytes, !text.utf8.contains(where: isControl) { return text }
        var out = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars where !(scalar.isASCII && isControl(UInt8(truncatingIfNeeded: scalar.value)))
        {
            let size = UTF8.width(scalar)
            guard count + size <= maxBytes else { break }
            count += size
            out.append(scalar)
        }
        return String(out)
    }

    /// `text` without spaces around it where it is a name, version or identifier as feeds have them; `nil` where empty, too
    /// long or unprintable.
    static func name(_ text: String?, limits: AdvisoryLimits) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= limits.maxNameBytes,
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        guard text.utf8.first == 0x20 || text.utf8.last == 0x20 else { return text }
        // A slip of the publisher's: `pdfbox ` would match nothing.
        let trimmed = text.drop { $0 == " " }
        guard let end = trimmed.lastIndex(where: { $0 != " " }) else { return nil }
        return String(trimmed[...end])
    }

    /// `text` where it is a date as RFC 3339 writes it, and not the zero date of Go's database.
    static func date(_ text: String?) -> String? {
        guard let text, (10...40).contains(text.utf8.count), !text.hasPrefix("0001-01-01") else { return nil }
        let digits = Array(text.utf8.prefix(10))
        for (index, byte) in digits.enumerated() {
            let isDash = index == 4 || index == 7
            guard isDash ? byte == UInt8(ascii: "-") : (byte >= 48 && byte <= 57) else { return nil }
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return text
    }

    /// The web addresses among `texts`, in their order, without duplicates and as many as are kept.
    static func urls(_ texts: [String], limits: AdvisoryLimits) -> [String] {
        var urls: [String] = []
        for text in texts.prefix(limits.maxAliases) where urls.count < limits.maxURLs {
            guard text.utf8.count <= limits.maxURLBytes, text.hasPrefix("https://") || text.hasPrefix("http://"),
                text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), !urls.contains(text)
            else { continue }
            urls.append(text)
        }
        return urls
    }

    /// The usable names among `texts`, sorted, without duplicates and as many as are kept.
    static func names(_ texts: some Sequence<String>, limits: AdvisoryLimits) -> [String] {
        Set(texts.prefix(limits.maxAliases).compactMap { name($0, limits: limits) }).sorted()
    }

    /// A date and time, in UTC, that is written with a space and perhaps without seconds, as RFC 3339 writes it.
    static func timestamp(_ text: String?) -> String? {
        guard let text else { return nil }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return date(text) }
        return date("\(parts[0])T\(parts[1])\(parts[1].utf8.count == 5 ? ":00" : "")Z")
    }

    /// `text` where it is an address on the web, without spaces and not too long.
    static func url(_ text: String?, limits: AdvisoryLimits) -> String? {
        guard let text, text.utf8.count <= limits.maxURLBytes,
            text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        return text
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x09 && byte != 0x0A) || byte == 0x7F
    }
}
