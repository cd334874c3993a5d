/// Base scores of CVSS version 2.0 (A Complete Guide to CVSS 2.0, section 3.2.1).
enum CVSS2 {
    private static let impact: [Substring: Double] = ["N": 0, "P": 0.275, "C": 0.660]

    static func baseScore(_ metrics: CVSSMetrics) -> Double? {
        guard let vector = metrics.weight("AV", ["L": 0.395, "A": 0.646, "N": 1.0]),
            let complexity = metrics.weight("AC", ["H": 0.35, "M": 0.61, "L": 0.71]),
            let authentication = metrics.weight("Au", ["M": 0.45, "S": 0.56, "N": 0.704]),
            let confidentiality = metrics.weight("C", impact),
            let integrity = metrics.weight("I", impact),
            let availability = metrics.weight("A", impact)
        else { return nil }
        let impactScore = 10.41 * (1 - (1 - confidentiality) * (1 - integrity) * (1 - availability))
        let exploitability = 20 * complexity * authentication * vector
        let score = (0.6 * impactScore + 0.4 * exploitability - 1.5) * (impactScore == 0 ? 0 : 1.176)
        // Products of three decimals stop short of an exact half by some 1e-15; the nudge rounds them as on paper.
        return max(0, ((score * 10) + 1e-9).rounded(.toNearestOrAwayFromZero) / 10)
    }
}
