/// The `Content-Range` header of a 206 answer (RFC 9110, section 14.4).
struct ContentRange: Hashable, Sendable {
    let first: Int64
    let last: Int64
    /// The size of the whole, where the server says it.
    let total: Int64?

    /// Parses `bytes 0-99/200` or `bytes 0-99/*`; `nil` for anything else.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let halves = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int64(ends[0]), let last = Int64(ends[1]), first >= 0, last >= first else {
            return nil
        }
        let total = Int64(halves[1])
        guard halves[1] == "*" || (total ?? -1) > last else { return nil }
        self.first = first
        self.last = last
        self.total = total
    }

    /// The size that a 416 answer states: `bytes */200`.
    static func totalOfUnsatisfied(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes", words[1].hasPrefix("*/") else { return nil }
        return Int64(words[1].dropFirst(2)).flatMap { $0 >= 0 ? $0 : nil }
    }
}
