/// A version in a requirement, of which numbers may be missing or wild: `1.2.3`, `1.2`, `8.x`, `*`.
struct WildVersion {
    /// The version without wild parts, as written.
    let text: String
    /// The leading numbers, before the first wild part, letter or dash.
    let numbers: [DecimalText]
    /// Whether fewer than three numbers are given and nothing follows them.
    let isPartial: Bool

    /// Throws where the text is not a version at all.
    init(_ written: String) throws(RecordProblem) {
        var body = Substring(written)
        if body.first == "v" || body.first == "V", body.dropFirst().first?.isNumber == true { body = body.dropFirst() }
        guard !body.isEmpty, body.utf8.allSatisfy(Self.isVersionByte) else {
            throw RecordProblem("not a version: \(written.prefix(40))")
        }
        var numbers: [DecimalText] = []
        var isWild = false
        var isPlain = true
        var kept: [Substring] = []
        for part in body.split(separator: ".", omittingEmptySubsequences: false) {
            if part == "x" || part == "X" || part == "*" {
                isWild = true
                break
            }
            kept.append(part)
            guard isPlain else { continue }
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            if let number = DecimalText(digits) { numbers.append(number) }
            isPlain = digits.count == part.count && !part.isEmpty
        }
        text = kept.joined(separator: ".")
        guard isWild || !numbers.isEmpty else { throw RecordProblem("not a version: \(written.prefix(40))") }
        self.numbers = numbers
        isPartial = isPlain && numbers.count < 3
    }

    /// Whether it is `*` alone.
    var isAnything: Bool { numbers.isEmpty }

    /// How many numbers there are up to the first that is not zero; all where there is none.
    var firstNonZero: Int { numbers.firstIndex { !$0.isZero }.map { $0 + 1 } ?? numbers.count }

    private static func isVersionByte(_ byte: UInt8) -> Bool {
        (byte >= 48 && byte <= 57) || (byte | 0x20 >= 97 && byte | 0x20 <= 122) || ".-+_~*".utf8.contains(byte)
    }
}

/// A decimal number of any length as text.
struct DecimalText: Equatable {
    let text: String

    /// `nil` where there is no digit.
    init?(_ digits: Substring) {
        guard !digits.isEmpty else { return nil }
        let significant = digits.drop { $0 == "0" }
        text = significant.isEmpty ? "0" : String(significant)
    }

    private init(text: String) { self.text = text }

    var isZero: Bool { text == "0" }

    /// The number plus one.
    var successor: DecimalText {
        var digits = Array(text.utf8)
        var index = digits.count - 1
        while index >= 0, digits[index] == UInt8(ascii: "9") {
            digits[index] = UInt8(ascii: "0")
            index -= 1
        }
        if index >= 0 { digits[index] += 1 } else { digits.insert(UInt8(ascii: "1"), at: 0) }
        return DecimalText(text: String(decoding: digits, as: UTF8.self))
    }
}
