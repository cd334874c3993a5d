/// A set of bytes that a step of a pattern runs over.
enum ByteClass: Sendable {
    case any
    case digit
    case notDigit
    /// `0` to `9`, `a` to `z`.
    case lowerAlphanumeric
    /// Letters and digits.
    case alphanumeric
    /// Letters, digits and `_`.
    case word
    /// What versions are written with: letters, digits and `.`, `_`, `-`.
    case version
    /// The same and `+`, `~`, `:`.
    case versionWithBuild
    /// Digits and `-`.
    case digitOrDash
    /// A letter in lower case, or one of `-` and `%`.
    case lowerOrSign
    case notSpace
    case notSlash
    case notDash
    /// Anything but the printable characters of ASCII.
    case unprintable

    func contains(_ byte: UInt8) -> Bool {
        switch self {
        case .any: true
        case .digit: Self.isDigit(byte)
        case .notDigit: !Self.isDigit(byte)
        case .lowerAlphanumeric: Self.isDigit(byte) || Self.isLower(byte)
        case .alphanumeric: Self.isAlphanumeric(byte)
        case .word: Self.isAlphanumeric(byte) || byte == UInt8(ascii: "_")
        case .version: Self.isVersion(byte)
        case .versionWithBuild:
            Self.isVersion(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "~") || byte == UInt8(ascii: ":")
        case .digitOrDash: Self.isDigit(byte) || byte == UInt8(ascii: "-")
        case .lowerOrSign: Self.isLower(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "%")
        case .notSpace: byte > 32 && byte != 127
        case .notSlash: byte != UInt8(ascii: "/")
        case .notDash: byte != UInt8(ascii: "-")
        case .unprintable: byte < 32 || byte > 126
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isLower(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLower(byte | 0x20) }

    private static func isVersion(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
