/// The percent-encoding of URLs (RFC 3986, section 2.1).
///
/// What comes of undoing it and is no UTF-8 is repaired.
package enum PercentEncoding {
    /// `text` with its escapes undone, or `nil` where a `%` begins none.
    package static func decode(_ text: some StringProtocol) -> String? {
        var isWhole = true
        let decoded = decode(text) { isWhole = false }
        return isWhole ? decoded : nil
    }

    /// `text` with its escapes undone; a `%` that begins none stays as it is.
    package static func decodeLeniently(_ text: some StringProtocol) -> String { decode(text) {} }

    /// Tells of each `%` that begins no escape, and lets it stand.
    private static func decode(_ text: some StringProtocol, stray: () -> Void) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            if let high = rest.first.flatMap(digit), let low = rest.dropFirst().first.flatMap(digit) {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                stray()
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
