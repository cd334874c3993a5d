/// An XML 1.0 document that is written piece by piece, indented by two spaces.
package struct XMLText {
    package private(set) var bytes: [UInt8] = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8) + [0x0A]
    private var depth = 0

    package typealias Attributes = KeyValuePairs<String, String>

    package init() {}

    /// An element with elements in it.
    package mutating func element(_ name: String, _ attributes: Attributes = [:], _ body: (inout XMLText) -> Void) {
        start(name, attributes)
        bytes.append(contentsOf: ">\n".utf8)
        depth += 1
        body(&self)
        depth -= 1
        indent()
        bytes.append(contentsOf: "</\(name)>\n".utf8)
    }

    /// An element with text in it, or none; left out where there is no text.
    package mutating func leaf(_ name: String, _ text: String?, _ attributes: Attributes = [:]) {
        guard let text else { return }
        start(name, attributes)
        if text.isEmpty {
            bytes.append(contentsOf: "/>\n".utf8)
            return
        }
        bytes.append(UInt8(ascii: ">"))
        escape(text, isAttribute: false)
        bytes.append(contentsOf: "</\(name)>\n".utf8)
    }

    /// An element with one child for each of `items`; left out where there is none.
    package mutating func list<Items: Collection>(
        _ name: String,
        _ items: Items,
        _ body: (inout XMLText, Items.Element) -> Void
    ) {
        guard !items.isEmpty else { return }
        element(name) { text in
            for item in items { body(&text, item) }
        }
    }

    private mutating func start(_ name: String, _ attributes: Attributes) {
        indent()
        bytes.append(contentsOf: "<\(name)".utf8)
        for (key, value) in attributes {
            bytes.append(contentsOf: " \(key)=\"".utf8)
            escape(value, isAttribute: true)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private mutating func indent() { bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth)) }

    /// Escapes markup and what a reader would normalise; characters that XML cannot state become U+FFFD (XML 1.0, 2.2).
    private mutating func escape(_ text: String, isAttribute: Bool) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes.append(contentsOf: "&amp;".utf8)
            case "<": bytes.append(contentsOf: "&lt;".utf8)
            case ">": bytes.append(contentsOf: "&gt;".utf8)
            case "\"" where isAttribute: bytes.append(contentsOf: "&quot;".utf8)
            case "\r": bytes.append(contentsOf: "&#13;".utf8)
            case "\n" where isAttribute: bytes.append(contentsOf: "&#10;".utf8)
            case "\t" where isAttribute: bytes.append(contentsOf: "&#9;".utf8)
            case "\n", "\t": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\u{0}"..<"\u{20}", "\u{FFFE}"..."\u{FFFF}": bytes.append(contentsOf: "\u{FFFD}".utf8)
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
    }
}
