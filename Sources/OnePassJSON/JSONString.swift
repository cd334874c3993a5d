/// Strings as JSON text (RFC 8259, section 7).
package enum JSONString {
    /// How a control character is written that has a letter of its own.
    package enum Controls: Sendable {
        /// As `\u000a`, like all others.
        case digits
        /// Line feed, carriage return and tab as `\n`, `\r` and `\t`.
        case letters
    }

    /// Adds the content of a string, which its writer puts between quotes; what needs no escape goes as a whole.
    package static func append(_ text: String, to bytes: inout [UInt8], controls: Controls) {
        var text = text
        text.withUTF8 { content in
            let content = UnsafeRawBufferPointer(content)
            var start = 0
            while true {
                let end = content.endOfPlainText(from: start)
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: content[start..<end]))
                guard end < content.count else { return }
                append(escape: content[end], to: &bytes, controls: controls)
                start = end + 1
            }
        }
    }

    private static func append(escape byte: UInt8, to bytes: inout [UInt8], controls: Controls) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A where controls == .letters: bytes.append(UInt8(ascii: "n"))
        case 0x0D where controls == .letters: bytes.append(UInt8(ascii: "r"))
        case 0x09 where controls == .letters: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
