/// Moments as documents state them: RFC 3339 in UTC, to the second.
package enum Timestamp {
    /// Brings an RFC 3339 date-time into the form `2024-01-31T23:59:60Z`: fractions are cut off, offsets undone.
    ///
    /// `nil` for anything else, and for the year 1, which builders write in Go where they know of no time.
    package static func normalized(_ text: String) -> String? {
        let bytes = Array(text.utf8.prefix(64))
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            return value
        }
        func has(_ characters: String, at index: Int) -> Bool {
            bytes.indices.contains(index) && characters.utf8.contains(bytes[index])
        }
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let day = number(8..<10), has("Tt ", at: 10), let hour = number(11..<13),
            has(":", at: 13), let minute = number(14..<16), has(":", at: 16), let second = number(17..<19), year > 1,
            let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        if has(".", at: index) {
            index += 1
            while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
            guard index > 20 else { return nil }
        }
        var offset = 0
        if has("Zz", at: index) {
            index += 1
        } else {
            guard has("+-", at: index),
                let hours = number(index + 1..<index + 3), has(":", at: index + 3),
                let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (has("-", at: index) ? -1 : 1)
            index += 6
        }
        guard index == bytes.count, text.utf8.count == bytes.count else { return nil }
        return Self.text(date, minutes: hour * 60 + minute - offset, second: second)
    }

    /// The moment `minutes` after midnight of a day; less than none, or more than a day has, reach into its neighbours.
    private static func text(_ date: CivilDate, minutes: Int, second: Int) -> String? {
        let minutesPerDay = 24 * 60
        let shift = minutes < 0 ? -1 : minutes / minutesPerDay
        let date = shift == 0 ? date : CivilDate(daysSince1970: date.daysSince1970 + shift)
        let rest = minutes - shift * minutesPerDay
        guard date.year > 1, date.year <= 9999 else { return nil }
        let (hour, minute) = (CivilDate.padded(rest / 60), CivilDate.padded(rest % 60))
        return "\(date.text)T\(hour):\(minute):\(CivilDate.padded(second))Z"
    }
}
