/// PostgreSQL's text forms of numbers without fractions, read where they lie: a pass of the fleet reads hundreds of thousands.
enum PostgresNumber {
    /// Reads `-12`; nil where the text is no such number, or one that an `Int` cannot hold.
    static func int(_ text: some Collection<UInt8>) -> Int? {
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var number = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            // Below zero all the way, since the least number has no opposite.
            let (shifted, tooLong) = number.multipliedReportingOverflow(by: 10)
            let (next, tooLarge) = shifted.subtractingReportingOverflow(Int(byte &- UInt8(ascii: "0")))
            guard !tooLong, !tooLarge else { return nil }
            number = next
        }
        if isNegative { return number }
        let (positive, tooLarge) = (0).subtractingReportingOverflow(number)
        return tooLarge ? nil : positive
    }

    /// Reads the array literal `{1,-2}`; nil where the text is none of one dimension, or an element is null.
    ///
    /// Takes the result's own bytes, as a text or an array of each number would be a copy; none is kept.
    static func ints(_ text: UnsafeBufferPointer<UInt8>) -> [Int]? {
        guard text.count >= 2, text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") else { return nil }
        let inner = UnsafeBufferPointer(rebasing: text[1..<(text.count - 1)])
        guard !inner.isEmpty else { return [] }
        var numbers: [Int] = []
        var start = 0
        while true {
            var end = start
            while end < inner.count, inner[end] != UInt8(ascii: ",") { end += 1 }
            guard let number = int(inner[start..<end]) else { return nil }
            numbers.append(number)
            guard end < inner.count else { return numbers }
            start = end + 1
        }
    }
}
