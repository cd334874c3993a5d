/// A text in which a date-time stands as RFC 3339 (section 5.6) writes it, read place by place.
///
/// Who reads it says which of the forms that are in use are taken: with a fraction, without a zone, a day alone.
package struct DateTimeText: Sendable {
    /// No date-time is longer.
    private static let maxBytes = 64

    private let bytes: [UInt8]

    /// Of `text`, where it is not too long to be a date-time.
    package init?(_ text: String) {
        bytes = Array(text.utf8.prefix(Self.maxBytes + 1))
        if bytes.count > Self.maxBytes { return nil }
    }

    package var count: Int { bytes.count }

    /// The day that the text begins with, `2024-01-31`; `nil` where it begins with none.
    package var date: CivilDate? {
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let day = number(8..<10)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    /// The time of day behind day and separator, `23:59:60`; `nil` where there is none.
    package var time: (hour: Int, minute: Int, second: Int)? {
        guard let hour = number(11..<13), has(":", at: 13), let minute = number(14..<16), has(":", at: 16),
            let second = number(17..<19), hour < 24, minute < 60, second <= 60
        else { return nil }
        return (hour, minute, second)
    }

    /// Whether one of `characters`, in ASCII, stands at `index`.
    package func has(_ characters: String, at index: Int) -> Bool {
        bytes.indices.contains(index) && characters.utf8.contains(bytes[index])
    }

    /// Where the digits end that begin at `index`; `index` where none do.
    package func endOfDigits(from index: Int) -> Int {
        var end = index
        while has("0123456789", at: end) { end += 1 }
        return end
    }

    /// The zone at `index`, `Z` or `+02:00`, as minutes east of Greenwich, and where it ends; `nil` where there is none.
    package func zone(at index: Int) -> (minutesEast: Int, end: Int)? {
        if has("Zz", at: index) { return (0, index + 1) }
        guard has("+-", at: index), let hours = number(index + 1..<index + 3), has(":", at: index + 3),
            let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
        else { return nil }
        return ((hours * 60 + minutes) * (has("-", at: index) ? -1 : 1), index + 6)
    }

    /// The number whose digits fill `places`, four at most.
    private func number(_ places: Range<Int>) -> Int? {
        guard places.upperBound <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[places] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }
}
