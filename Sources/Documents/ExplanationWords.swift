import Advisories
import Matching
import ScanModel
import Versions

/// An explanation's verdict in words.
struct ExplanationWords {
    let flaw: FlawAdvisories
    let explanation: Explanation
    /// The publishers of ratings that know the flaw.
    let describers: [String]
    /// Whose advisories there are.
    let providers: [String]
    let subjects: [MatchSubject]

    /// One sentence without a stop.
    func summary(_ packages: [ExplanationDocument.ExplainedPackage]) -> String {
        switch explanation.verdict {
        case .affected:
            let affected = packages.filter(\.isAffected)
            let open = affected.filter { $0.suppressed == nil }
            let names = Self.list((open.isEmpty ? affected : open).map { "\($0.name) \($0.version)" })
            return open.isEmpty ? "affected, and suppressed: \(names)" : "affected: \(names)"
        case .notAffected:
            let reasons = Set(explanation.statements.map { Self.brief($0.outcome) }).sorted()
            return "not affected: \(Self.list(reasons))"
        case .withdrawn: return "not reported: its advisory was withdrawn"
        case .absent: return absence
        case .unknown:
            if !describers.isEmpty {
                return
                    "not reported: \(Self.list(Set(describers).sorted())) knows it, but no advisory says which packages "
                    + "have it"
            }
            return "not reported: no advisory of that name is in the data, which is from \(Self.list(providers))"
        }
    }

    /// Why nothing was found under any key: packages of other names, or of another release.
    private var absence: String {
        guard !explanation.elsewhere.isEmpty else {
            return "not reported: its advisories name no package"
        }
        let keys = Set(subjects.flatMap { AdvisoryKeys.keys(for: $0.package, distro: $0.distro) })
        let here = Dictionary(grouping: keys, by: \.name)
        for key in explanation.elsewhere {
            let family = key.ecosystem.prefix { $0 != ":" }
            guard let own = here[key.name]?.filter({ $0.ecosystem.prefix { $0 != ":" } == family }).min() else {
                continue
            }
            let releases = explanation.elsewhere.filter { $0.name == key.name && $0.ecosystem.hasPrefix(family) }
            return "not reported: \(key.name) is here, from \(own.ecosystem), and the advisories speak about it in "
                + Self.list(releases.map(\.ecosystem))
        }
        let names = explanation.elsewhere.map { "\($0.name) (\($0.ecosystem))" }
        return "not reported: the image has no package that the advisories are about, which are \(Self.list(names))"
    }

    /// An outcome in few words.
    private static func brief(_ outcome: Explanation.Outcome) -> String {
        switch outcome {
        case .affected: "the range holds the version"
        case .outside: "the version is outside the range"
        case .notAffected: "the publisher says that the package is not affected"
        case .incomparable: "the version cannot be compared"
        case .otherModule: "the advisory is about another module stream"
        case .otherArchitecture: "the advisory is about other architectures"
        case .binaryCounts: "the advisory says otherwise of the binary package"
        case .ownerAnswers: "the distribution answers for the package"
        }
    }

    /// `a, b and 3 more`.
    static func list(_ items: [String], most: Int = 6) -> String {
        let shown = items.prefix(most)
        guard let last = shown.last else { return "nobody" }
        if items.count > most { return shown.joined(separator: ", ") + " and \(items.count - most) more" }
        return shown.count == 1 ? last : shown.dropLast().joined(separator: ", ") + " and \(last)"
    }
}

extension ExplanationDocument.Statement {
    init(_ statement: Explanation.Statement, owner: Package?) {
        let range = statement.range
        advisory = statement.advisory
        provider = statement.provider
        lookup = PackageKey(ecosystem: range.ecosystem, name: range.package)
        scheme = range.scheme.rawValue
        self.range = EvidenceEntry.Range(range)
        comparedVersion = statement.comparedVersion
        comparisons = statement.comparisons
        outcome = statement.outcome
        reason = Self.reason(statement, owner: owner)
    }

    /// Why the statement has its outcome.
    private static func reason(_ statement: Explanation.Statement, owner: Package?) -> String {
        let (range, version) = (statement.range, statement.comparedVersion)
        let order = statement.comparisons.map { "\(version) \($0.order) \($0.value)" }.joined(separator: ", ")
        let compared = order.isEmpty ? "" : " (\(order) by \(range.scheme.rawValue))"
        switch statement.outcome {
        case .affected where range.versions.isEmpty: return "\(range.constraint) holds \(version)\(compared)"
        case .affected: return "it lists \(version)"
        case .outside where range.isEnumeration: return "it lists other versions than \(version)"
        case .outside: return "\(range.constraint) does not hold \(version)\(compared)"
        case .notAffected: return "the publisher says that it is not affected"
        case .incomparable:
            guard !version.isEmpty else { return "the package states no version" }
            return "\(version) has no place in the order of \(range.scheme.rawValue)"
        case .otherModule:
            return
                "it is about \(range.module.map { "the module stream \($0)" } ?? "packages of another module stream")"
        case .otherArchitecture: return "it is about \(ExplanationWords.list(range.architectures ?? []))"
        case .binaryCounts: return "what the same advisory says of the binary package counts"
        case .ownerAnswers:
            let name = owner.map { "\($0.name) \($0.version)" } ?? "its owner"
            return "\(range.constraint) would hold \(version), but the distribution answers for it with \(name)"
        }
    }
}
