import Foundation

/// The base score of a CVSS 3 vector and its two parts (CVSS v3.1 specification, section 7.1).
package struct CVSS3Scores: Sendable, Equatable {
    package let base: Double
    package let exploitability: Double
    package let impact: Double

    /// Those of the vectors in a text, which has blanks between them.
    package static func all(_ vectors: String?) -> [CVSS3Scores] {
        (vectors ?? "").split(separator: " ").compactMap { CVSS3Scores(vector: String($0)) }
    }

    /// `nil` for a vector of another version, or one that lacks a base metric.
    package init?(vector: String?) {
        guard let vector, vector.hasPrefix("CVSS:3."), vector.utf8.count <= 512 else { return nil }
        var metrics: [Substring: Substring] = [:]
        for part in vector.split(separator: "/").dropFirst() {
            let pair = part.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { metrics[pair[0]] = pair[1] }
        }
        func weight(_ metric: Substring, _ weights: [Substring: Double]) -> Double? {
            metrics[metric].flatMap { weights[$0] }
        }
        let isChanged = metrics["S"] == "C"
        let part: [Substring: Double] = ["H": 0.56, "L": 0.22, "N": 0]
        let rights: [Substring: Double] =
            isChanged ? ["N": 0.85, "L": 0.68, "H": 0.5] : ["N": 0.85, "L": 0.62, "H": 0.27]
        guard let vectorWeight = weight("AV", ["N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2]),
            let complexity = weight("AC", ["L": 0.77, "H": 0.44]), let privileges = weight("PR", rights),
            let interaction = weight("UI", ["N": 0.85, "R": 0.62]), let confidentiality = weight("C", part),
            let integrity = weight("I", part), let availability = weight("A", part), metrics["S"] != nil
        else { return nil }
        let loss = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability)
        let impact = isChanged ? 7.52 * (loss - 0.029) - 3.25 * pow(loss - 0.02, 15) : 6.42 * loss
        let exploitability = 8.22 * vectorWeight * complexity * privileges * interaction
        let sum = isChanged ? 1.08 * (impact + exploitability) : impact + exploitability
        base = impact <= 0 ? 0 : Self.roundedUp(min(sum, 10))
        self.exploitability = (exploitability * 10).rounded() / 10
        self.impact = (max(0, impact) * 10).rounded() / 10
    }

    /// Appendix A of the specification: to one decimal, upwards, without the noise of floating point.
    private static func roundedUp(_ value: Double) -> Double {
        let scaled = Int((value * 100_000).rounded())
        return scaled % 10_000 == 0 ? Double(scaled) / 100_000 : Double(scaled / 10_000 + 1) / 10
    }
}
