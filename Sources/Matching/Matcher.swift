import Advisories
package import ScanModel
import Versions

/// Decides which of the ranges filed under a package's keys hold its version.
package enum Matcher {
    /// The number of the matching rules: of these, of ``AdvisoryKeys``, of what is joined (``FindingJoin``) and of who
    /// outranks whom (``OwnerPrecedence``).
    ///
    /// It is raised with each change that may change a finding, so that a fleet's packages are all matched anew.
    package static let rules = 4

    /// The matches of `package`, in the order of `candidates`.
    ///
    /// Pure: no store, no clock. Candidates under keys other than the package's are ignored, so that a caller may pass
    /// more than it needs. Withdrawn records must not be among them.
    package static func matches(package: Package, distro: Distro?, candidates: [Candidate]) -> [Match] {
        matches(package: package, filed: filed(under: package, distro, candidates))
    }

    /// The matches of `package` among candidates that are all filed under its keys, in their order.
    static func matches(package: Package, filed candidates: [Candidate]) -> [Match] {
        var forms: [(text: String, form: ParsedVersion)] = []
        var matches: [Match] = []
        for candidate in applicable(to: package, candidates) {
            let (version, restated) = comparison(of: package, with: candidate.range)
            guard !version.isEmpty else { continue }
            // One or two: a package's version and its source's, in the scheme of its kind.
            let scheme = candidate.range.scheme
            let form: ParsedVersion
            if let known = forms.first(where: { $0.form.scheme == scheme && $0.text == version })?.form {
                form = known
            } else {
                form = ParsedVersion(version, scheme: scheme)
                forms.append((version, form))
            }
            let holds =
                restated.map { $0.contains(version, parsed: form) }
                ?? candidate.range.contains(version, parsed: form, bounds: candidate.bounds)
            if holds { matches.append(Match(candidate: candidate, comparedVersion: version)) }
        }
        return matches
    }

    /// The candidates that speak about `package`, whatever they say of its version, in the order of `candidates`.
    ///
    /// What a record says of the binary package outranks what it says of its source: `edk2-aarch64` is not affected
    /// where Red Hat says so, although the source `edk2` is.
    package static func statements(about package: Package, distro: Distro?, candidates: [Candidate]) -> [Candidate] {
        applicable(to: package, filed(under: package, distro, candidates))
    }

    private static func filed(
        under package: Package,
        _ distro: Distro?,
        _ candidates: [Candidate]
    ) -> [Candidate] {
        // A handful of keys and perhaps thousands of candidates: comparing is cheaper than hashing.
        let keys = AdvisoryKeys.keys(for: package, distro: distro)
        return candidates.filter { candidate in
            keys.contains { $0.name == candidate.range.package && $0.ecosystem == candidate.range.ecosystem }
        }
    }

    private static func applicable(to package: Package, _ candidates: [Candidate]) -> [Candidate] {
        guard package.type == .rpm else { return candidates }
        let found = candidates.filter { RPMApplicability.accepts(package, $0.range) }
        let named = Set(found.filter { $0.range.package == package.name }.map { Statement($0) })
        return found.filter { $0.range.package == package.name || !named.contains(Statement($0)) }
    }

    private struct Statement: Hashable {
        var record: Int64
        var ecosystem: String

        init(_ candidate: Candidate) {
            record = candidate.record
            ecosystem = candidate.range.ecosystem
        }
    }

    /// What is compared: the source's version where the range is filed under the source, since a rebuild of the binary
    /// alone (`+b1`) changes nothing, and binaries of one source may carry numbers of their own; the empty version where
    /// the package states none, so that not even a range without bounds holds it.
    ///
    /// `restated` is the range in the same terms, where its own do not fit.
    static func comparison(of package: Package, with range: AffectedRange) -> (
        version: String, restated: AffectedRange?
    ) {
        guard package.hasVersion else { return ("", nil) }
        guard let source = package.source, !source.version.isEmpty else { return (package.version, nil) }
        switch package.type {
        case .deb, .apk: return (source.version, nil)
        case .rpm:
            guard range.package == source.name, range.package != package.name else { return (package.version, nil) }
            return RPMSourceVersion.comparison(binary: package.version, source: source.version, with: range)
        default: return (package.version, nil)
        }
    }
}
