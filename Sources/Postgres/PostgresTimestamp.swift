/// PostgreSQL's ISO text form of dates and times, in the proleptic Gregorian calendar.
enum PostgresTimestamp {
    private static let microsecondsPerDay: Int64 = 86_400_000_000
    /// Years that are written and read.
    private static let years: ClosedRange<Int64> = 1...9999

    /// Writes microseconds since 1970 as `2026-01-02 03:04:05.000006+00`; nil outside the years 1 to 9999.
    static func format(_ microseconds: Int64) -> String? {
        var days = microseconds / microsecondsPerDay
        var rest = microseconds % microsecondsPerDay
        if rest < 0 {
            days -= 1
            rest += microsecondsPerDay
        }
        let (year, month, day) = civil(days: days)
        guard years.contains(year) else { return nil }
        let seconds = rest / 1_000_000
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + " " + padded(seconds / 3600, 2) + ":"
            + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) + "." + padded(rest % 1_000_000, 6) + "+00"
    }

    /// Reads a `date`, `timestamp` (taken as UTC) or `timestamptz` in ISO style; nil where the text is none.
    static func parse(_ text: some Collection<UInt8>) -> Int64? {
        var scanner = Scanner(text)
        guard let year = scanner.digits(4...4), years.contains(year), scanner.take("-"),
            let month = scanner.digits(2...2), (1...12).contains(month), scanner.take("-"),
            let day = scanner.digits(2...2), (1...31).contains(day)
        else { return nil }
        var result = days(year: year, month: month, day: day) * microsecondsPerDay
        if scanner.isAtEnd { return result }
        guard scanner.take(" "), let hours = scanner.digits(2...2), scanner.take(":"),
            let minutes = scanner.digits(2...2), scanner.take(":"), let seconds = scanner.digits(2...2)
        else { return nil }
        result += (hours * 3600 + minutes * 60 + seconds) * 1_000_000
        if scanner.take(".") {
            guard let fraction = scanner.fraction() else { return nil }
            result += fraction
        }
        if scanner.isAtEnd { return result }
        let isEast = scanner.take("+")
        guard isEast || scanner.take("-"), let offsetHours = scanner.digits(2...2) else { return nil }
        var offset = offsetHours * 3600
        if scanner.take(":") {
            guard let minutes = scanner.digits(2...2) else { return nil }
            offset += minutes * 60
            if scanner.take(":") {
                guard let seconds = scanner.digits(2...2) else { return nil }
                offset += seconds
            }
        }
        guard scanner.isAtEnd else { return nil }
        return result + (isEast ? -offset : offset) * 1_000_000
    }

    /// Days since 1970-01-01 of a date whose parts are within their usual bounds.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years that begin in March put the leap day last.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private struct Scanner<Text: Collection<UInt8>> {
        private var rest: Text.SubSequence

        init(_ text: Text) {
            rest = text[...]
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func digits(_ count: ClosedRange<Int>) -> Int64? {
            let run = rest.prefix(count.upperBound).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard run.count >= count.lowerBound else { return nil }
            rest = rest.dropFirst(run.count)
            return run.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }

        /// Reads up to six digits after the point as microseconds.
        mutating func fraction() -> Int64? {
            let before = rest.count
            guard var value = digits(1...6) else { return nil }
            for _ in (before - rest.count)..<6 { value *= 10 }
            return value
        }
    }
}
