import ScanModel

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
        guard bytes.count <= 64, let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let day = number(8..<10), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var sum = Int64(date.daysSince1970) * Self.day
        if bytes.count > 10 {
            guard has("Tt ", at: 10), let hour = number(11..<13), has(":", at: 13), let minute = number(14..<16),
                has(":", at: 16), let second = number(17..<19), hour < 24, minute < 60, second <= 60
            else { return nil }
            sum += Int64(hour * 3600 + minute * 60 + second)
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
                sum += (has("-", at: index) ? 1 : -1) * Int64(hours * 3600 + minutes * 60)
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
        let rest = Int(seconds - days * Self.day)
        let (hour, minute) = (CivilDate.padded(rest / 3600), CivilDate.padded(rest / 60 % 60))
        return "\(CivilDate(daysSince1970: Int(days)).text)T\(hour):\(minute):\(CivilDate.padded(rest % 60))Z"
    }
}
