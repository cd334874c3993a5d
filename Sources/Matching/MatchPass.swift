package import Advisories
import ScanModel

/// Matches packages with one state of the advisories, in a few lookups of sets however many packages there are.
///
/// The one-shot commands and the fleet differ in their source alone. Blocks the calling thread, and is nothing for the
/// cooperative pool. Throws what the source throws.
package struct MatchPass<Source: AdvisorySource> {
    private let source: Source
    private let forFleet: Bool

    /// A fleet keeps no evidence, and EPSS scores with its flaws, by a statement of its own: `forFleet` neither makes the one,
    /// which takes as long as the rest of a finding, nor reads the other.
    package init(_ source: Source, forFleet: Bool = false) {
        self.source = source
        self.forFleet = forFleet
    }

    /// The findings of each subject, in the order of `subjects`.
    package func findings(_ subjects: [MatchSubject]) throws -> [[Finding]] {
        let keys = subjects.parallelMap { AdvisoryKeys.keys(for: $0.package, distro: $0.distro) }
        let candidates = try source.candidates(for: Array(Set(keys.joined())).sorted())
        let matches = Array(zip(subjects, keys)).parallelMap { subject, keys in
            Matcher.matches(package: subject.package, filed: keys.flatMap { candidates[$0] ?? [] })
        }
        let records = try source.records(Set(matches.joined().map(\.record)))
        let precedence = try precedence(of: zip(subjects, matches).filter { !$0.1.isEmpty }.map(\.0))
        let cves = FindingJoin.cves(of: records.values)
        let join = FindingJoin(
            records: records,
            epss: forFleet ? [:] : try source.epss(cves),
            kev: try source.kev(cves),
            enrichments: try source.enrichments(cves),
            withEvidence: !forFleet
        )
        return Array(zip(subjects, matches)).parallelMap { subject, matches in
            join.findings(matches, precedence: subject.owner == nil ? .none : precedence[subject] ?? .none)
        }
    }

    /// What the owners' distributions answer for, for those of `subjects` that have an owner.
    package func precedence(of subjects: [MatchSubject]) throws -> [MatchSubject: OwnerPrecedence] {
        let owned = subjects.filter { $0.owner != nil }
        guard !owned.isEmpty else { return [:] }
        let releases = owned.map { $0.distro.map(DistroRelease.keys) ?? [] }
        let known = try source.known(releases: Set(releases.joined()))
        var precedence: [MatchSubject: OwnerPrecedence] = [:]
        var asked: [MatchSubject: [PackageKey]] = [:]
        for (subject, releases) in zip(owned, releases) {
            guard let owner = subject.owner, let distro = subject.distro, releases.contains(where: known.contains)
            else {
                continue
            }
            if OwnerPrecedence.isComprehensive(distro), OwnerPrecedence.isSameSoftware(subject.package, owner: owner) {
                precedence[subject] = .whole
            } else {
                asked[subject] = AdvisoryKeys.keys(for: owner, distro: distro)
            }
        }
        let candidates = try source.candidates(for: Array(Set(asked.values.joined())).sorted())
        var spoken: [MatchSubject: Set<Int64>] = [:]
        for (subject, keys) in asked {
            guard let owner = subject.owner else { continue }
            let statements = Matcher.statements(
                about: owner,
                distro: subject.distro,
                candidates: keys.flatMap { candidates[$0] ?? [] }
            )
            spoken[subject] = Set(statements.map(\.record))
        }
        let records = try source.records(spoken.values.reduce(into: []) { $0.formUnion($1) })
        for (subject, numbers) in spoken {
            let statements = numbers.compactMap { records[$0] }.filter { !$0.isWithdrawn }
            precedence[subject] = .flaws(Set(statements.flatMap(\.flawNames)))
        }
        return precedence
    }
}

extension AdvisoryRecord {
    /// The names of the flaws that it is about; a bulletin's own name is none.
    package var flawNames: [String] { covers.isEmpty ? [id] + aliases : covers }
}
