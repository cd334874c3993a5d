import Advisories
import ScanModel
import Versions

/// Tells why packages are affected by one flaw, or why not, by the rules that ``Matcher`` decides by.
package struct Explainer: Sendable {
    private let flaw: FlawAdvisories

    package init(_ flaw: FlawAdvisories) { self.flaw = flaw }

    /// What the advisories come to for `subjects`; `precedence` is what ``MatchPass/precedence(of:)`` says of them.
    package func explanation(
        of subjects: [MatchSubject],
        precedence: [MatchSubject: OwnerPrecedence]
    ) -> Explanation {
        var byKey: [PackageKey: [Candidate]] = [:]
        for candidate in flaw.candidates {
            byKey[PackageKey(ecosystem: candidate.range.ecosystem, name: candidate.range.package), default: []]
                .append(candidate)
        }
        var statements: [Explanation.Statement] = []
        var met: Set<PackageKey> = []
        for (index, subject) in subjects.enumerated() {
            let keys = AdvisoryKeys.keys(for: subject.package, distro: subject.distro).filter { byKey[$0] != nil }
            guard !keys.isEmpty else { continue }
            met.formUnion(keys)
            let candidates = keys.flatMap { byKey[$0] ?? [] }
            let counting = Set(
                Matcher.statements(about: subject.package, distro: subject.distro, candidates: candidates)
            )
            let isAnswered = (precedence[subject] ?? .none).outranks(flaw.names)
            for candidate in candidates {
                guard let record = flaw.records[candidate.record] else { continue }
                var statement = statement(candidate, record, about: subject.package, at: index)
                if !counting.contains(candidate) {
                    statement.outcome = Self.inapplicability(of: candidate.range, to: subject.package)
                } else if statement.outcome == .affected, isAnswered {
                    statement.outcome = .ownerAnswers
                }
                statements.append(statement)
            }
        }
        return Explanation(
            verdict: verdict(statements),
            statements: statements.sorted {
                ($0.subject, $0.provider, $0.advisory) < ($1.subject, $1.provider, $1.advisory)
            },
            elsewhere: Set(byKey.keys).subtracting(met).sorted()
        )
    }

    private func verdict(_ statements: [Explanation.Statement]) -> Explanation.Verdict {
        if flaw.records.isEmpty { return .unknown }
        if flaw.records.values.allSatisfy(\.isWithdrawn) { return .withdrawn }
        if statements.isEmpty { return .absent }
        return statements.contains { $0.outcome == .affected } ? .affected : .notAffected
    }

    /// Why a statement that is filed under a key of the package is not about it.
    private static func inapplicability(of range: AffectedRange, to package: Package) -> Explanation.Outcome {
        if !RPMApplicability.acceptsModule(package, range) { return .otherModule }
        if !RPMApplicability.acceptsArchitecture(package, range) { return .otherArchitecture }
        return .binaryCounts
    }

    private func statement(
        _ candidate: Candidate,
        _ record: AdvisoryRecord,
        about package: Package,
        at index: Int
    ) -> Explanation.Statement {
        let (version, restated) = Matcher.comparison(of: package, with: candidate.range)
        let range = restated ?? candidate.range
        let parsed = ParsedVersion(version, scheme: range.scheme)
        let outcome: Explanation.Outcome =
            if range.isNotAffected {
                .notAffected
            } else if version.isEmpty {
                .incomparable
            } else if range.contains(version, parsed: parsed) {
                .affected
            } else if !parsed.isOrdered {
                .incomparable
            } else {
                .outside
            }
        return Explanation.Statement(
            subject: index,
            advisory: record.id,
            provider: record.provider,
            range: range.listing(only: version),
            comparedVersion: version,
            comparisons: range.isNotAffected ? [] : Self.comparisons(of: parsed, with: range),
            outcome: outcome
        )
    }

    private static func comparisons(of version: ParsedVersion, with range: AffectedRange) -> [Explanation.Comparison] {
        let bounds = [
            ("introduced", range.introduced), ("introducedAfter", range.introducedAfter), ("fixed", range.fixed),
            ("lastAffected", range.lastAffected),
        ]
        return bounds.compactMap { bound, value in
            guard let value else { return nil }
            let order = version.compare(to: ParsedVersion(value, scheme: range.scheme))
            return Explanation.Comparison(bound: bound, value: value, order: order.map { String($0.symbol) } ?? "?")
        }
    }
}
