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
        var parsed: [Subject: ParsedVersion] = [:]
        var matches: [Match] = []
        for candidate in statements(about: package, distro: distro, candidates: candidates) {
            let subject = comparison(of: package, with: candidate.range)
            guard !subject.version.isEmpty else { continue }
            let key = Subject(scheme: subject.range.scheme, version: subject.version)
            let form = parsed[key] ?? ParsedVersion(subject.version, scheme: key.scheme)
            parsed[key] = form
            guard subject.range.contains(subject.version, parsed: form) else { continue }
            matches.append(Match(record: candidate.record, range: candidate.range, comparedVersion: subject.version))
        }
        return matches
    }

    /// The candidates that speak about `package`, whatever they say of its version, in the order of `candidates`.
    ///
    /// What a record says of the binary package outranks what it says of its source: `edk2-aarch64` is not affected
    /// where Red Hat says so, although the source `edk2` is.
    package static func statements(about package: Package, distro: Distro?, candidates: [Candidate]) -> [Candidate] {
        // A handful of keys and perhaps thousands of candidates: comparing is cheaper than hashing.
        let keys = AdvisoryKeys.keys(for: package, distro: distro)
        let found = candidates.filter { candidate in
            keys.contains { $0.name == candidate.range.package && $0.ecosystem == candidate.range.ecosystem }
                && RPMApplicability.accepts(package, candidate.range)
        }
        guard package.type == .rpm else { return found }
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

    private struct Subject: Hashable {
        var scheme: VersionScheme
        var version: String
    }

    /// What is compared: the source's version where the range is filed under the source, since a rebuild of the binary
    /// alone (`+b1`) changes nothing, and binaries of one source may carry numbers of their own; the empty version where
    /// the package states none, so that not even a range without bounds holds it.
    static func comparison(of package: Package, with range: AffectedRange) -> (
        version: String, range: AffectedRange
    ) {
        guard package.hasVersion else { return ("", range) }
        guard let source = package.source, !source.version.isEmpty else { return (package.version, range) }
        switch package.type {
        case .deb, .apk: return (source.version, range)
        case .rpm:
            guard range.package == source.name, range.package != package.name else { return (package.version, range) }
            return RPMSourceVersion.comparison(binary: package.version, source: source.version, with: range)
        default: return (package.version, range)
        }
    }
}
