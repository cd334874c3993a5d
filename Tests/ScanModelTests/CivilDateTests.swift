import ScanModel
import Testing

@Suite("Days of the calendar")
struct CivilDateTests {
    @Test(
        "Days since 1970 are dates, and dates days",
        arguments: [
            (0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_089, "2025-01-01"), (-1, "1969-12-31"),
            (-719_162, "0001-01-01"), (2_932_896, "9999-12-31"),
        ]
    )
    func dates(days: Int, text: String) throws {
        let date = CivilDate(daysSince1970: days)
        #expect(date.text == text)
        #expect(date.daysSince1970 == days)
        #expect(CivilDate(year: date.year, month: date.month, day: date.day)?.text == text)
    }

    @Test("Each day follows the one before it, and what is no day is none")
    func days() throws {
        var (year, month, day) = (1899, 1, 1)
        let first = try #require(CivilDate(year: year, month: month, day: day)).daysSince1970
        for number in first..<first + 80_000 {
            try #require(CivilDate(year: year, month: month, day: day)?.daysSince1970 == number)
            day += 1
            if CivilDate(year: year, month: month, day: day) == nil { (month, day) = (month + 1, 1) }
            if month == 13 { (year, month) = (year + 1, 1) }
        }
        let none = [(2023, 2, 29), (1900, 2, 29), (2024, 0, 1), (2024, 13, 1), (2024, 4, 31), (0, 1, 1)]
        for (year, month, day) in none { #expect(CivilDate(year: year, month: month, day: day) == nil) }
    }
}
