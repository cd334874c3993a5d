/// Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV Injection): names and
/// versions come out of images, and so from whoever made them. Lines end in CR LF. Rows are written one by one and
/// taken in pieces, so that a table of any length needs no more memory than the caller's buffer.
package struct CSVWriter: Sendable {
    private var buffer: [UInt8] = []

    /// Starts a document with a header line.
    package init(columns: [String]) {
        append(columns)
    }

    /// Bytes written and not yet taken.
    package var pendingBytes: Int { buffer.count }

    /// Writes one line.
    package mutating func append(_ fields: [String]) {
        var isFirst = true
        for field in fields {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            append(field: field)
        }
        buffer.append(UInt8(ascii: "\r"))
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Hands over what was written since the last call.
    package mutating func take() -> [UInt8] {
        defer { buffer = [] }
        return buffer
    }

    /// The field with an apostrophe in front where a spreadsheet would compute it.
    package static func guarded(_ field: String) -> String {
        guard let first = field.unicodeScalars.first, formulaStarts.contains(first) else { return field }
        return "'" + field
    }

    private mutating func append(field: String) {
        let text = Self.guarded(field)
        guard text.utf8.contains(where: Self.needsQuotes) else {
            buffer.append(contentsOf: text.utf8)
            return
        }
        buffer.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { buffer.append(byte) }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\n")
    }

    /// What starts a formula, the full-width forms too: spreadsheets of some locales take them for the same.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
}
