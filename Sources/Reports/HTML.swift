import Mustache

/// HTML's own rules for text.
package enum HTML {
    /// Text fit for element content and for quoted attribute values.
    ///
    /// It looks at scalars, not characters: a quote followed by a combining mark is one character to Swift and still
    /// a quote to a browser. What HTML forbids (C0 controls, the byte order mark) and what reorders the text around it
    /// (bidirectional controls) becomes U+FFFD.
    package static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: needsCare) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": out.append(contentsOf: "&lt;".unicodeScalars)
            case ">": out.append(contentsOf: "&gt;".unicodeScalars)
            case "&": out.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": out.append(contentsOf: "&quot;".unicodeScalars)
            case "'": out.append(contentsOf: "&#39;".unicodeScalars)
            case "`": out.append(contentsOf: "&#96;".unicodeScalars)
            default: out.append(UnsafeText.isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(out)
    }

    private static func needsCare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "&", "\"", "'", "`": true
        default: UnsafeText.isUnsafe(scalar)
        }
    }
}

/// Scalars that no report shows as they are, because they steer a terminal or reorder the text around them.
enum UnsafeText {
    /// Controls but tab and line ends, bidirectional controls, line and paragraph separators, the byte order mark.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

/// The content type of every page: the template library's own escapes by character, and so lets `"` plus a combining
/// mark through.
struct EscapedHTML: MustacheContentType {
    /// The name that templates give in their `CONTENT_TYPE` pragma.
    static let name = "REPORT_HTML"

    func escapeText(_ text: String) -> String { HTML.escape(text) }
}
