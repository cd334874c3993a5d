/// The ASCII bytes that mean something in a version or a range.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let exclamation = UInt8(ascii: "!")
    static let asterisk = UInt8(ascii: "*")
    static let plus = UInt8(ascii: "+")
    static let comma = UInt8(ascii: ",")
    static let dash = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let zero = UInt8(ascii: "0")
    static let one = UInt8(ascii: "1")
    static let nine = UInt8(ascii: "9")
    static let colon = UInt8(ascii: ":")
    static let less = UInt8(ascii: "<")
    static let equals = UInt8(ascii: "=")
    static let greater = UInt8(ascii: ">")
    static let caret = UInt8(ascii: "^")
    static let underscore = UInt8(ascii: "_")
    static let pipe = UInt8(ascii: "|")
    static let tilde = UInt8(ascii: "~")
    static let lowerV = UInt8(ascii: "v")
    static let lowerX = UInt8(ascii: "x")
}

extension UInt8 {
    var isDigit: Bool { self >= ASCII.zero && self <= ASCII.nine }

    var isLowercaseLetter: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }

    var isLetter: Bool { lowercased.isLowercaseLetter }

    var isHexDigit: Bool { isDigit || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f")) }

    var isSpace: Bool {
        self == ASCII.space || (self >= ASCII.tab && self <= ASCII.carriageReturn)
    }

    /// The byte with an ASCII capital made small.
    var lowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}

extension Sequence<UInt8> {
    /// The bytes with ASCII capitals made small.
    var lowercased: [UInt8] { map(\.lowercased) }
}

extension ArraySlice<UInt8> {
    /// The bytes without white space at either end.
    var trimmed: ArraySlice<UInt8> {
        var rest = drop(while: \.isSpace)
        while let last = rest.last, last.isSpace { rest.removeLast() }
        return rest
    }
}
