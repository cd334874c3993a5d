package import Advisories
import Versions

/// What the advisories say of one flaw and the packages of one image, statement by statement.
package struct Explanation: Sendable {
    package enum Verdict: String, Sendable, Codable {
        /// A package is affected; a scan reports it.
        case affected
        /// Advisories speak about packages that are here, and none of them is affected.
        case notAffected = "not-affected"
        /// Advisories speak about other packages only.
        case absent
        /// Every advisory with this name was taken back.
        case withdrawn
        /// No advisory has this name.
        case unknown
    }

    package enum Outcome: String, Sendable, Codable {
        case affected
        /// The range does not hold the version.
        case outside
        /// The publisher says that the package is not affected at all.
        case notAffected = "not-affected"
        /// The version has no place in the order of the scheme.
        case incomparable
        /// RPM: it is about another module stream, or about packages that are in none.
        case otherModule = "other-module"
        case otherArchitecture = "other-architecture"
        /// RPM: what the same advisory says of the binary package counts, not what it says of its source.
        case binaryCounts = "binary-counts"
        /// The distribution of the OS package that owns the package answers for the flaw.
        case ownerAnswers = "owner-answers"
    }

    /// How the version stands to one bound of the range.
    package struct Comparison: Sendable, Codable, Hashable {
        /// `introduced`, `introducedAfter`, `fixed` or `lastAffected`.
        package var bound: String
        package var value: String
        /// `<`, `=` or `>`; `?` where they cannot be compared.
        package var order: String
    }

    /// One range about one package of the image.
    package struct Statement: Sendable {
        /// The position of the package among the subjects.
        package var subject: Int
        /// The publisher's identifier of the record.
        package var advisory: String
        package var provider: String
        /// Of the versions that it lists, those alone that are the compared one.
        package var range: AffectedRange
        package var comparedVersion: String
        package var comparisons: [Comparison]
        package var outcome: Outcome
    }

    package var verdict: Verdict
    /// By package, then advisory.
    package var statements: [Statement]
    /// What the advisories are about that is not in the image, sorted.
    package var elsewhere: [PackageKey]
}

/// All that is known of one flaw.
package struct FlawAdvisories: Sendable {
    /// Every name that it goes by in the data, the one that was asked for among them where the data knows it.
    package var names: Set<String>
    /// The records by the store's numbers, withdrawn ones included.
    package var records: [Int64: AdvisoryRecord]
    /// Their ranges.
    package var candidates: [Candidate]

    package init(names: Set<String>, records: [Int64: AdvisoryRecord], candidates: [Candidate]) {
        self.names = names
        self.records = records
        self.candidates = candidates
    }

    /// The name that a finding would have.
    package var preferredName: String? { names.min(by: VulnerabilityID.precedes) }
}
