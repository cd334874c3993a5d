import Foundation
import ScanModel

/// The `Retry-After` header (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// How long to wait: seconds as a number, a span as Go writes it, or until an HTTP date; `nil` for anything else.
    ///
    /// Fractions and spans (`792.351µs`, `1m30s`) are taken, as some registries send them, and what is beyond all reason
    /// comes out as a day.
    package static func parse(_ text: String, unixNow: Double) -> Duration? {
        let trimmed = text.drop { $0 == " " }
        guard trimmed.utf8.count <= 64 else { return nil }
        let seconds: Double
        if let number = Double(trimmed), number.isFinite {
            seconds = number
        } else if let span = GoDuration.seconds(trimmed) {
            seconds = span
        } else if let date = HTTPDate.parse(String(trimmed)) {
            seconds = Double(date) - unixNow
        } else {
            return nil
        }
        return .milliseconds(Int64(min(max(seconds, 0), 86_400) * 1000))
    }

    /// The wait in the text of a refusal, as GitHub's registry writes it: `retry-after: 792.351µs, allowed: 44000/minute`.
    static func hint(in text: String) -> Duration? {
        guard let name = text.range(of: "retry-after: ") else { return nil }
        let span = text[name.upperBound...].prefix { $0 != "," && $0 != " " }
        return GoDuration.seconds(span).map { .milliseconds(Int64(min(max($0, 0), 86_400) * 1000)) }
    }
}

/// Spans of time as Go prints them (`time.Duration.String`): `1h2m3.5s`, `500ms`, `792.351µs`, `9ns`.
enum GoDuration {
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 1e-3), ("µs", 1e-6), ("μs", 1e-6), ("us", 1e-6), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// The span in seconds; `nil` where `text` is none.
    static func seconds(_ text: some StringProtocol) -> Double? {
        var rest = Substring(text)
        var total = 0.0
        guard !rest.isEmpty, rest.utf8.count <= 64 else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.name) }) else {
                return nil
            }
            total += number * unit.seconds
            rest = rest.dropFirst(unit.name.count)
        }
        return total
    }
}

/// Dates in HTTP headers (RFC 9110, section 5.6.7); of the three forms only the one that may be sent today.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func parse(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT" || words[5] == "UTC",
            let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            (1970...9999).contains(year), let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        let seconds = clock[0] * 3600 + clock[1] * 60 + clock[2]
        return Int64(date.daysSince1970) * 86_400 + seconds
    }
}
