import Foundation

/// The query of an address, in pairs.
package enum QueryText {
    private static let maxPairs = 64

    /// The pairs of `text`, decoded; throws where a part is not UTF-8 in percent-encoding, or there are too many.
    package static func pairs(_ text: String) throws(Problem) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            guard pairs.count < maxPairs else { throw Problem(400, "the query has over \(maxPairs) parameters") }
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0]), let value = sides.count == 2 ? decoded(sides[1]) : "" else {
                throw Problem(400, "the query is not percent-encoded UTF-8")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
