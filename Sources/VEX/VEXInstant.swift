/// An instant as RFC 3339 writes it (section 5.6), to put statements in order; a day alone is its first second, in UTC.
struct VEXInstant: Comparable, Sendable {
    private var seconds: Int64
    private var nanoseconds: Int64

    /// `nil` where the text is no such time.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 64, let date = CalendarDay(bytes.prefix(10)) else { return nil }
        seconds = date.number * 86_400
        nanoseconds = 0
        guard bytes.count > 10 else { return }
        func pair(_ start: Int, _ most: Int64) -> Int64? {
            guard start + 2 <= bytes.count else { return nil }
            return CalendarDay.number(bytes[start..<(start + 2)]).flatMap { $0 <= most ? $0 : nil }
        }
        guard bytes.count >= 19, [0x54, 0x74, 0x20].contains(bytes[10]), bytes[13] == 0x3A, bytes[16] == 0x3A,
            let hour = pair(11, 23), let minute = pair(14, 59), let second = pair(17, 60)
        else { return nil }
        seconds += hour * 3600 + minute * 60 + second
        var index = 19
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            var unit: Int64 = 100_000_000
            index += 1
            while index < bytes.count, let digit = CalendarDay.number(bytes[index...index]) {
                nanoseconds += digit * unit
                unit /= 10
                index += 1
            }
        }
        // Without a zone it is taken for UTC.
        guard index < bytes.count else { return }
        if bytes[index] == UInt8(ascii: "Z") || bytes[index] == UInt8(ascii: "z") {
            guard index + 1 == bytes.count else { return nil }
            return
        }
        let isEast = bytes[index] == UInt8(ascii: "+")
        guard isEast || bytes[index] == UInt8(ascii: "-"), bytes.count == index + 6, bytes[index + 3] == 0x3A,
            let hours = pair(index + 1, 23), let minutes = pair(index + 4, 59)
        else { return nil }
        seconds += (isEast ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    static func < (left: VEXInstant, right: VEXInstant) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// A day of the calendar, `YYYY-MM-DD`.
package struct CalendarDay: Sendable {
    /// Days since 1970-01-01.
    let number: Int64

    /// `nil` where the text is no day that there is.
    package init?(_ text: String) { self.init(Array(text.utf8)[...]) }

    init?(_ bytes: ArraySlice<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year > 0, (1...12).contains(month), day > 0
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[Int(month) - 1] else { return nil }
        let before = year - 1
        let leaps = before / 4 - before / 100 + before / 400
        number = before * 365 + leaps + lengths.prefix(Int(month) - 1).reduce(0, +) + day - 719_163
    }

    /// The decimal digits as a number; `nil` where one is none.
    static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return digits.isEmpty ? nil : value
    }
}
