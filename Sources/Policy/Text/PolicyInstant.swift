/// A moment, in seconds since 1970 in UTC.
package struct PolicyInstant: Hashable, Comparable, Sendable {
    package var seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    private static let day: Int64 = 86_400

    package static func < (left: PolicyInstant, right: PolicyInstant) -> Bool { left.seconds < right.seconds }

    /// The moment `days` earlier; the beginning of time where that is out of range.
    func earlier(days: Int) -> PolicyInstant {
        let (span, isLong) = Int64(days).multipliedReportingOverflow(by: Self.day)
        let (sum, isEarly) = seconds.subtractingReportingOverflow(span)
        return PolicyInstant(seconds: isLong || isEarly ? .min : sum)
    }

    /// The moment `days` later; never, where that is out of range.
    func later(days: Int) -> PolicyInstant {
        let (span, isLong) = Int64(days).multipliedReportingOverflow(by: Self.day)
        let (sum, isLate) = seconds.addingReportingOverflow(span)
        return isLong || isLate ? .never : PolicyInstant(seconds: sum)
    }

    /// A moment that does not come.
    static let never = PolicyInstant(seconds: .max)

    /// A date-time as whitelists and feeds write it: RFC 3339 in UTC or with an offset, without a zone in UTC.
    ///
    /// A fraction may follow a colon, as Anchore Engine's schema allows: `2026-01-02T03:04:05:999Z`. A day alone is its
    /// first second. `nil` for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        func has(_ characters: String, at index: Int) -> Bool {
            bytes.indices.contains(index) && characters.utf8.contains(bytes[index])
        }
        guard bytes.count <= 64, let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let date = number(8..<10), (1...12).contains(month), year > 0, date >= 1,
            date <= Self.days(in: month, of: year)
        else { return nil }
        var sum = Self.dayNumber(year, month, date) * Self.day
        if bytes.count > 10 {
            guard has("Tt ", at: 10), let hour = number(11..<13), has(":", at: 13), let minute = number(14..<16),
                has(":", at: 16), let second = number(17..<19), hour < 24, minute < 60, second <= 60
            else { return nil }
            sum += hour * 3600 + minute * 60 + second
            var index = 19
            if has(".:", at: index) {
                index += 1
                while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
                guard index > 20 else { return nil }
            }
            if has("Zz", at: index) {
                index += 1
            } else if has("+-", at: index) {
                guard let hours = number(index + 1..<index + 3), has(":", at: index + 3),
                    let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
                else { return nil }
                sum += (has("-", at: index) ? 1 : -1) * (hours * 3600 + minutes * 60)
                index += 6
            }
            guard index == bytes.count else { return nil }
        }
        seconds = sum
    }

    /// `2026-01-31`.
    var date: String { String(text.prefix(10)) }

    /// `2026-01-31T23:59:59Z`.
    ///
    /// Years beyond 1 and 9999 are shown as those.
    package var text: String {
        let seconds = max(-62_135_596_800, min(253_402_300_799, seconds))
        let days = seconds >= 0 ? seconds / Self.day : (seconds - Self.day + 1) / Self.day
        let rest = seconds - days * Self.day
        let (year, month, date) = Self.date(days)
        func padded(_ value: Int64, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month))-\(padded(date))T\(padded(rest / 3600)):\(padded(rest / 60 % 60)):"
            + "\(padded(rest % 60))Z"
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
    private static func dayNumber(_ year: Int64, _ month: Int64, _ date: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(_ number: Int64) -> (Int64, Int64, Int64) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }
}
