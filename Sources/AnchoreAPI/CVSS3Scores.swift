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
        guard let vector, vector.hasPrefix("CVSS:3."), vector.utf8.count <= 512,
            let metrics = BaseMetrics(vector)
        else { return nil }
        let isChanged = metrics.scopeIsChanged
        guard let vectorWeight = metrics.attackVector, let complexity = metrics.complexity,
            let privileges = metrics.privileges(isChanged), let interaction = metrics.interaction,
            let confidentiality = metrics.confidentiality,
            let integrity = metrics.integrity, let availability = metrics.availability
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

/// The letters of a vector's base metrics and what they weigh (CVSS v3.1 specification, section 7.4).
///
/// Read byte by byte: a fleet has a vector for each of its flaws, and dictionaries of their parts took most of the time.
private struct BaseMetrics {
    private static let slash = UInt8(ascii: "/")
    private static let colon = UInt8(ascii: ":")
    /// Stands for a metric that is not there, or whose value is no single letter.
    private static let none: UInt8 = 0

    private var letters = (
        attackVector: none, complexity: none, privileges: none, interaction: none, scope: none, confidentiality: none,
        integrity: none, availability: none
    )

    /// `nil` without a scope.
    init?(_ vector: String) {
        var name: UInt32 = 0
        var value: (letter: UInt8, length: Int)?
        for byte in vector.utf8 {
            switch byte {
            case Self.slash:
                take(name, value)
                (name, value) = (0, nil)
            case Self.colon where value == nil: value = (Self.none, 0)
            default:
                // Its last four bytes tell a name from those of two letters at most, which alone count.
                if let known = value { value = (byte, known.length + 1) } else { name = name << 8 | UInt32(byte) }
            }
        }
        take(name, value)
        guard letters.scope != Self.none else { return nil }
    }

    private mutating func take(_ name: UInt32, _ value: (letter: UInt8, length: Int)?) {
        guard let value, value.length > 0 else { return }
        let letter = value.length == 1 ? value.letter : Self.none
        switch name {
        case 0x4156: letters.attackVector = letter  // AV
        case 0x4143: letters.complexity = letter  // AC
        case 0x5052: letters.privileges = letter  // PR
        case 0x5549: letters.interaction = letter  // UI
        case 0x53: letters.scope = letter  // S
        case 0x43: letters.confidentiality = letter  // C
        case 0x49: letters.integrity = letter  // I
        case 0x41: letters.availability = letter  // A
        default: break
        }
    }

    var scopeIsChanged: Bool { letters.scope == UInt8(ascii: "C") }

    var attackVector: Double? {
        switch letters.attackVector {
        case UInt8(ascii: "N"): 0.85
        case UInt8(ascii: "A"): 0.62
        case UInt8(ascii: "L"): 0.55
        case UInt8(ascii: "P"): 0.2
        default: nil
        }
    }

    var complexity: Double? {
        switch letters.complexity {
        case UInt8(ascii: "L"): 0.77
        case UInt8(ascii: "H"): 0.44
        default: nil
        }
    }

    func privileges(_ scopeIsChanged: Bool) -> Double? {
        switch letters.privileges {
        case UInt8(ascii: "N"): 0.85
        case UInt8(ascii: "L"): scopeIsChanged ? 0.68 : 0.62
        case UInt8(ascii: "H"): scopeIsChanged ? 0.5 : 0.27
        default: nil
        }
    }

    var interaction: Double? {
        switch letters.interaction {
        case UInt8(ascii: "N"): 0.85
        case UInt8(ascii: "R"): 0.62
        default: nil
        }
    }

    var confidentiality: Double? { Self.loss(letters.confidentiality) }
    var integrity: Double? { Self.loss(letters.integrity) }
    var availability: Double? { Self.loss(letters.availability) }

    private static func loss(_ letter: UInt8) -> Double? {
        switch letter {
        case UInt8(ascii: "H"): 0.56
        case UInt8(ascii: "L"): 0.22
        case UInt8(ascii: "N"): 0
        default: nil
        }
    }
}
