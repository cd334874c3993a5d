import Advisories
package import Matching
import Versions

/// Why a vulnerability is in the document: the statement of one advisory that held.
package struct EvidenceEntry: Encodable, Sendable {
    /// The advisory that says so.
    package struct Advisory: Encodable, Sendable {
        package var id: String
        package var provider: String
        /// The build of the provider's data, as `provenance` lists it.
        @ExplicitNull package var build: String?
    }

    /// The versions that the advisory calls affected.
    package struct Range: Encodable, Sendable {
        /// The bounds in words: `>= 1.0, < 1.4`.
        package var constraint: String
        @ExplicitNull package var introduced: String?
        @ExplicitNull package var introducedAfter: String?
        @ExplicitNull package var fixed: String?
        @ExplicitNull package var lastAffected: String?
        /// Of the versions that the advisory lists, those that are the compared one.
        package var versions: [String]
        /// RPM: the module stream that it is about.
        @ExplicitNull package var module: String?

        init(_ range: AffectedRange) {
            constraint = range.constraint
            introduced = range.introduced
            introducedAfter = range.introducedAfter
            fixed = range.fixed
            lastAffected = range.lastAffected
            versions = range.versions
            module = range.module
        }
    }

    package var advisory: Advisory
    /// The ecosystem (or the distribution's release) and the name that were looked up.
    package var lookup: PackageKey
    /// The rules by which versions were compared.
    package var scheme: String
    /// The source package's where the advisory is filed under the source.
    package var comparedVersion: String
    package var range: Range

    init(_ evidence: MatchEvidence, builds: [String: String]) {
        advisory = Advisory(
            id: evidence.advisory,
            provider: evidence.provider,
            build: builds[evidence.provider]
        )
        lookup = PackageKey(ecosystem: evidence.range.ecosystem, name: evidence.range.package)
        scheme = evidence.range.scheme.rawValue
        comparedVersion = evidence.comparedVersion
        range = Range(evidence.range)
    }
}
