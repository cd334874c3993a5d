import ScanModel
import Testing

@Suite("Texts of date-times")
struct DateTimeTextTests {
    // RFC 3339, section 5.8, and its forms with the other separators and cases of section 5.6.
    @Test("Day, time and zone are read where they stand")
    func whole() throws {
        let text = try #require(DateTimeText("1996-12-19T16:39:57.250-08:00"))
        #expect(text.date == CivilDate(year: 1996, month: 12, day: 19))
        let time = try #require(text.time)
        #expect([time.hour, time.minute, time.second] == [16, 39, 57])
        #expect(text.endOfDigits(from: 20) == 23)
        let zone = try #require(text.zone(at: 23))
        #expect(zone.minutesEast == -480 && zone.end == text.count)
        let short = try #require(DateTimeText("1990-12-31 23:59:60z")?.zone(at: 19))
        #expect(short.minutesEast == 0 && short.end == 20)
    }

    @Test(
        "What is cut short or no number is not there",
        arguments: [
            "", "2024", "2024-01-3", "2024-01-31T", "2024-01-31T10:00:0", "2024-01-31T24:00:00", "2024-01-31T10:0a:00",
        ]
    )
    func noTime(_ text: String) throws {
        let stated = try #require(DateTimeText(text))
        #expect(stated.time == nil)
        for index in 0...text.utf8.count { #expect(stated.zone(at: index) == nil) }
        #expect(stated.endOfDigits(from: text.utf8.count + 1) == text.utf8.count + 1)
    }

    @Test("No day is one that the calendar does not have")
    func noDay() {
        for text in ["2023-02-29", "0000-01-01", "2024-13-01", "2024/01/01", "+024-01-01"] {
            #expect(DateTimeText(text)?.date == nil)
        }
    }

    @Test("A text that is too long is none")
    func long() {
        #expect(DateTimeText("2024-01-31T10:00:00." + String(repeating: "0", count: 44)) != nil)
        #expect(DateTimeText("2024-01-31T10:00:00." + String(repeating: "0", count: 45)) == nil)
    }
}
