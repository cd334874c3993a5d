import Foundation

/// The base score of a CVSS 2 vector and its two parts (A Complete Guide to CVSS 2.0, section 3.2.1).
package struct CVSS2Scores: Sendable, Equatable {
    package let base: Double
    package let exploitability: Double
    package let impact: Double

    private static let loss: [Substring: Double] = ["N": 0, "P": 0.275, "C": 0.660]

    /// `nil` for a vector of another version, or one that lacks a base metric.
    package init?(vector: String) {
        guard !vector.hasPrefix("CVSS:"), vector.utf8.count <= 512 else { return nil }
        var metrics: [Substring: Substring] = [:]
        for part in vector.split(separator: "/") {
            let pair = part.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { metrics[pair[0]] = pair[1] }
        }
        func weight(_ metric: Substring, _ weights: [Substring: Double]) -> Double? {
            metrics[metric].flatMap { weights[$0] }
        }
        guard let place = weight("AV", ["L": 0.395, "A": 0.646, "N": 1.0]),
            let complexity = weight("AC", ["H": 0.35, "M": 0.61, "L": 0.71]),
            let authentication = weight("Au", ["M": 0.45, "S": 0.56, "N": 0.704]),
            let confidentiality = weight("C", Self.loss), let integrity = weight("I", Self.loss),
            let availability = weight("A", Self.loss)
        else { return nil }
        let impact = 10.41 * (1 - (1 - confidentiality) * (1 - integrity) * (1 - availability))
        let exploitability = 20 * complexity * authentication * place
        let sum = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact == 0 ? 0 : 1.176)
        base = max(0, Self.rounded(sum))
        self.exploitability = Self.rounded(exploitability)
        self.impact = Self.rounded(impact)
    }

    /// To one decimal; products of three decimals stop short of an exact half by some 1e-15.
    private static func rounded(_ value: Double) -> Double {
        (value * 10 + 1e-9).rounded(.toNearestOrAwayFromZero) / 10
    }
}
