/// A day of the Gregorian calendar.
struct CivilDate {
    /// `2024-02-29`.
    let text: String

    /// The day that is `days`, not negative, after 1 January 1970.
    ///
    /// The way is that of Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
    init(daysSince1970 days: Int) {
        let shifted = max(0, days) + 719_468
        let era = shifted / 146_097
        let day = shifted - era * 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let ofYear = day - (365 * year + year / 4 - year / 100)
        let part = (5 * ofYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        let number = ofYear - (153 * part + 2) / 5 + 1
        text = "\(year + era * 400 + (month <= 2 ? 1 : 0))-\(Self.twoDigits(month))-\(Self.twoDigits(number))"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
