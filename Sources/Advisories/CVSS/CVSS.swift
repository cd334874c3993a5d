package import ScanModel

/// Base scores of CVSS vectors, versions 2.0, 3.0, 3.1 and 4.0.
package enum CVSS {
    /// Reads a vector and computes its base score; `nil` where it is no vector or lacks a base metric.
    ///
    /// Version 4.0 has no base score apart: threat and environmental metrics that the vector states are counted.
    package static func parse(_ vector: String) -> CVSSVector? {
        guard vector.utf8.count <= 512 else { return nil }
        var text = Substring(vector.trimmingSpaces)
        if text.hasPrefix("("), text.hasSuffix(")") { text = text.dropFirst().dropLast() }
        for (prefix, version) in [("CVSS:3.1/", "3.1"), ("CVSS:3.0/", "3.0"), ("CVSS:4.0/", "4.0")] {
            guard text.hasPrefix(prefix) else { continue }
            guard let metrics = CVSSMetrics(text.dropFirst(prefix.utf8.count)) else { return nil }
            let score = version == "4.0" ? CVSS4.score(metrics) : CVSS3.baseScore(metrics, version: version)
            return score.map { CVSSVector(version: version, vector: String(text), score: $0) }
        }
        guard let metrics = CVSSMetrics(text), let score = CVSS2.baseScore(metrics) else { return nil }
        return CVSSVector(version: "2.0", vector: String(text), score: score)
    }

    /// The exploitability and impact sub-scores of a vector of version 3, with one decimal as NVD states them.
    package static func subscores(of vector: CVSSVector) -> (exploitability: Double, impact: Double)? {
        let prefix = "CVSS:\(vector.version)/"
        guard vector.version.hasPrefix("3"), vector.vector.hasPrefix(prefix),
            let metrics = CVSSMetrics(vector.vector.dropFirst(prefix.utf8.count)), let parts = CVSS3.parts(metrics)
        else { return nil }
        func rounded(_ score: Double) -> Double { (max(0, score) * 10).rounded() / 10 }
        return (rounded(parts.exploitability), rounded(parts.impact))
    }

    /// The qualitative rating of a score (CVSS v3.1 specification, section 5; version 2.0 as NVD rates it).
    package static func severity(of vector: CVSSVector) -> Severity {
        severity(ofScore: vector.score, isVersion2: vector.version == "2.0")
    }

    /// The qualitative rating of a base score from 0 to 10.
    package static func severity(ofScore score: Double, isVersion2: Bool) -> Severity {
        switch score {
        case ..<0.1: isVersion2 ? .low : .negligible
        case ..<4.0: .low
        case ..<7.0: .medium
        case ..<9.0: .high
        default: isVersion2 ? .high : .critical
        }
    }

    /// The rating of several vectors of one flaw: the worst of versions 3 and 4, and version 2's where it is alone.
    ///
    /// Version 2 knows no critical rating and was given up by most publishers; beside a newer vector it only misleads.
    package static func severity(ofAll vectors: [CVSSVector]) -> Severity {
        let newer = vectors.filter { $0.version != "2.0" }
        return (newer.isEmpty ? vectors : newer).map(severity).max() ?? .unknown
    }

    /// `vectors` without duplicates, newest version first.
    static func sorted(_ vectors: some Sequence<CVSSVector>) -> [CVSSVector] {
        Set(vectors).sorted { $0.version == $1.version ? $0.vector < $1.vector : $0.version > $1.version }
    }
}

/// The metrics of a vector by name; a name that comes twice makes the vector invalid.
struct CVSSMetrics {
    private var values: [Substring: Substring] = [:]

    init?(_ text: Substring) {
        for part in text.split(separator: "/") {
            let pair = part.split(separator: ":", omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[1].isEmpty, values.updateValue(pair[1], forKey: pair[0]) == nil else {
                return nil
            }
        }
    }

    subscript(name: Substring) -> Substring? { values[name] }

    /// The weight of metric `name` in `weights`; `nil` where it is missing or unknown.
    func weight(_ name: Substring, _ weights: [Substring: Double]) -> Double? {
        values[name].flatMap { weights[$0] }
    }
}

extension String {
    /// The text without spaces and line ends around it.
    var trimmingSpaces: String {
        // Most text has none, which its bytes tell without taking it apart into characters.
        if let first = utf8.first, let last = utf8.last, 0x21...0x7E ~= first, 0x21...0x7E ~= last { return self }
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
