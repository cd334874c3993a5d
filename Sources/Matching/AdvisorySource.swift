package import Advisories

/// Where a matching pass looks things up: one consistent state of the advisories.
///
/// Each call answers for a set.
package protocol AdvisorySource {
    /// The ranges filed under each of `keys`; keys without any may be left out.
    func candidates(for keys: [PackageKey]) throws -> [PackageKey: [Candidate]]
    /// The records with these numbers.
    func records(_ numbers: Set<Int64>) throws -> [Int64: AdvisoryRecord]
    /// Those of `releases` (keys as `DistroRelease` makes them) under which anything is filed.
    func known(releases: Set<String>) throws -> Set<String>
    func epss(_ cves: Set<String>) throws -> [String: EPSSScore]
    func kev(_ cves: Set<String>) throws -> [String: KEVEntry]
    func enrichments(_ cves: Set<String>) throws -> [String: [CVEEnrichment]]
}
