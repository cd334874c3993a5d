import ScanModel

/// Times of records as some answers have them: seconds since 1970.
enum RecordSeconds {
    /// The seconds of `YYYY-MM-DDTHH:MM:SSZ`; `nil` for any other text.
    static func of(_ text: String) -> Int? {
        guard let stated = DateTimeText(text), stated.count == 20, let date = stated.date, stated.has("T", at: 10),
            let time = stated.time, stated.has("Z", at: 19)
        else { return nil }
        return ((date.daysSince1970 * 24 + time.hour) * 60 + time.minute) * 60 + time.second
    }
}
