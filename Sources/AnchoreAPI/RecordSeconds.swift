/// Times of records as some answers have them: seconds since 1970.
enum RecordSeconds {
    /// The seconds of `YYYY-MM-DDTHH:MM:SSZ`; `nil` for any other text.
    static func of(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T") else { return nil }
        func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        // Years that begin in March have their leap day at the end.
        let years = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = years * 365 + years / 4 - years / 100 + years / 400 + dayOfYear - daysBefore1970
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    /// From March of the year 0.
    private static let daysBefore1970 = 719_468
}
