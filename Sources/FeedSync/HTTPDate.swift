/// Dates in HTTP headers (RFC 9110, section 5.6.7), brought into an order that text compares.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `1994-11-06T08:49:37` for `Sun, 06 Nov 1994 08:49:37 GMT`; `nil` for anything else.
    static func sortable(_ text: String) -> String? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[1].count == 2, words[1].allSatisfy(isDigit),
            let month = months.firstIndex(of: String(words[2])), words[3].count == 4, words[3].allSatisfy(isDigit),
            words[4].count == 8, words[4].allSatisfy({ isDigit($0) || $0 == ":" })
        else { return nil }
        let number = month + 1
        return "\(words[3])-\(number < 10 ? "0" : "")\(number)-\(words[1])T\(words[4])"
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}
