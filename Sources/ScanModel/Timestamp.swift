/// Moments as documents state them: RFC 3339 in UTC, to the second.
package enum Timestamp {
    /// Brings an RFC 3339 date-time into the form `2024-01-31T23:59:60Z`: fractions are cut off, offsets undone.
    ///
    /// `nil` for anything else, and for the year 1, which builders write in Go where they know of no time.
    package static func normalized(_ text: String) -> String? {
        guard let stated = DateTimeText(text), let date = stated.date, date.year > 1, stated.has("Tt ", at: 10),
            let time = stated.time
        else { return nil }
        var index = 19
        if stated.has(".", at: index) {
            index = stated.endOfDigits(from: 20)
            guard index > 20 else { return nil }
        }
        guard let zone = stated.zone(at: index), zone.end == stated.count else { return nil }
        return Self.text(date, minutes: time.hour * 60 + time.minute - zone.minutesEast, second: time.second)
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
