package import Advisories
import Versions

/// Why a flaw was found in a package: the advisory, the range that held, and what was compared with it.
package struct MatchEvidence: Sendable, Codable, Hashable {
    /// The publisher's identifier of the record.
    package var advisory: String
    package var provider: String
    /// The range that held; of the versions that it lists, those alone that are the compared one.
    package var range: AffectedRange
    /// The version that was compared: the source package's where the range is filed under the source.
    package var comparedVersion: String

    init(_ record: AdvisoryRecord, _ match: Match) {
        advisory = record.id
        provider = record.provider
        comparedVersion = match.comparedVersion
        range = match.range.listing(only: match.comparedVersion)
    }
}

extension AffectedRange {
    /// The range with those alone of its listed versions that are `version`: lists run to hundreds.
    func listing(only version: String) -> AffectedRange {
        guard !versions.isEmpty else { return self }
        var short = self
        let parsed = ParsedVersion(version, scheme: scheme)
        short.versions = versions.filter { listed in
            listed == version || parsed.compare(to: ParsedVersion(listed, scheme: scheme)) == .equal
        }
        return short
    }

    /// The range in words of its scheme: `>= 1.0, < 1.4`; `none` where no version is affected.
    package var constraint: String {
        if isNotAffected { return "none" }
        if isEnumeration { return versions.map { "= \($0)" }.joined(separator: " || ") }
        let bounds = [
            introduced.map { ">= \($0)" }, introducedAfter.map { "> \($0)" }, fixed.map { "< \($0)" },
            lastAffected.map { "<= \($0)" },
        ].compactMap { $0 }
        return bounds.isEmpty ? "all versions" : bounds.joined(separator: ", ")
    }
}
