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
        guard let stated = DateTimeText(text), let date = stated.date else { return nil }
        var sum = Int64(date.daysSince1970) * Self.day
        if stated.count > 10 {
            guard stated.has("Tt ", at: 10), let time = stated.time else { return nil }
            sum += Int64(time.hour * 3600 + time.minute * 60 + time.second)
            var index = 19
            if stated.has(".:", at: index) {
                index = stated.endOfDigits(from: 20)
                guard index > 20 else { return nil }
            }
            if let zone = stated.zone(at: index) {
                sum -= Int64(zone.minutesEast * 60)
                index = zone.end
            }
            guard index == stated.count else { return nil }
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
