#if canImport(Glibc)
    import Glibc
#endif

/// Base scores of CVSS versions 3.0 and 3.1 (CVSS v3.1 specification, sections 7.1 and 7.4).
enum CVSS3 {
    private static let impact: [Substring: Double] = ["N": 0, "L": 0.22, "H": 0.56]
    private static let privileges: [Substring: Double] = ["N": 0.85, "L": 0.62, "H": 0.27]
    private static let privilegesChanged: [Substring: Double] = ["N": 0.85, "L": 0.68, "H": 0.5]

    static func baseScore(_ metrics: CVSSMetrics, version: String) -> Double? {
        guard let parts = parts(metrics) else { return nil }
        guard parts.impact > 0 else { return 0 }
        let sum = (parts.impact + parts.exploitability) * (metrics["S"] == "U" ? 1 : 1.08)
        return roundUp(min(sum, 10), version: version)
    }

    /// The sub-scores that the base score is made of, before they are rounded; the impact may be below zero.
    static func parts(_ metrics: CVSSMetrics) -> (exploitability: Double, impact: Double)? {
        guard let scope = metrics["S"], scope == "U" || scope == "C",
            let vector = metrics.weight("AV", ["N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2]),
            let complexity = metrics.weight("AC", ["L": 0.77, "H": 0.44]),
            let privilege = metrics.weight("PR", scope == "C" ? privilegesChanged : privileges),
            let interaction = metrics.weight("UI", ["N": 0.85, "R": 0.62]),
            let confidentiality = metrics.weight("C", impact),
            let integrity = metrics.weight("I", impact),
            let availability = metrics.weight("A", impact)
        else { return nil }
        let base = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability)
        let impactScore =
            scope == "U" ? 6.42 * base : 7.52 * (base - 0.029) - 3.25 * pow(base - 0.02, 15)
        return (8.22 * vector * complexity * privilege * interaction, impactScore)
    }

    /// The smallest number with one decimal that is not below `value`: 3.1 in integers (its Appendix A), 3.0 as such.
    private static func roundUp(_ value: Double, version: String) -> Double {
        guard version != "3.0" else { return (value * 10).rounded(.up) / 10 }
        let scaled = Int((value * 100_000).rounded())
        return scaled % 10_000 == 0 ? Double(scaled) / 100_000 : Double(scaled / 10_000 + 1) / 10
    }
}
