import Advisories
package import ScanModel
import Versions

/// Decides which of the ranges filed under a package's keys hold its version.
package enum Matcher {
    /// The matches of `package`, in the order of `candidates`.
    ///
    /// Pure: no store, no clock. Candidates under keys other than the package's are ignored, so that a caller may pass
    /// more than it needs. Withdrawn records must not be among them.
    package static func matches(package: Package, distro: Distro?, candidates: [Candidate]) -> [Match] {
        let keys = Set(AdvisoryKeys.keys(for: package, distro: distro))
        var parsed: [Subject: ParsedVersion] = [:]
        var matches: [Match] = []
        for candidate in candidates {
            let range = candidate.range
            guard keys.contains(PackageKey(ecosystem: range.ecosystem, name: range.package)),
                acceptsModule(package, range)
            else { continue }
            let version = comparedVersion(of: package, against: range)
            guard !version.isEmpty else { continue }
            let subject = Subject(scheme: range.scheme, version: version)
            let form = parsed[subject] ?? ParsedVersion(version, scheme: range.scheme)
            parsed[subject] = form
            guard range.contains(version, parsed: form) else { continue }
            matches.append(Match(record: candidate.record, range: range, comparedVersion: version))
        }
        return matches
    }

    private struct Subject: Hashable {
        var scheme: VersionScheme
        var version: String
    }

    /// The source's version where the range is filed under the source: a rebuild of the binary alone (`+b1`) changes
    /// nothing, and binaries of one source may carry numbers of their own.
    private static func comparedVersion(of package: Package, against range: AffectedRange) -> String {
        guard let source = package.source, !source.version.isEmpty else { return package.version }
        switch package.type {
        case .deb, .apk: return source.version
        case .rpm:
            guard range.package == source.name, range.package != package.name else { return package.version }
            return withEpoch(of: package.version, source.version)
        default: return package.version
        }
    }

    /// A source RPM's file name leaves out the epoch, which its binaries nearly always share.
    private static func withEpoch(of binary: String, _ source: String) -> String {
        guard !source.contains(":"), let colon = binary.firstIndex(of: ":") else { return source }
        return "\(binary[...colon])\(source)"
    }

    /// A fix for a module stream counts for packages of that stream, and an ordinary fix for ordinary packages.
    private static func acceptsModule(_ package: Package, _ range: AffectedRange) -> Bool {
        guard package.type == .rpm else { return true }
        let fixIsModular = range.fixed.map(isModular) ?? (range.module != nil)
        let label = package.module.flatMap { $0.isEmpty ? nil : $0 }
        guard fixIsModular else { return label == nil && !isModular(package.version) }
        guard let label else { return isModular(package.version) }
        guard let stream = range.module else { return true }
        return label == stream || label.hasPrefix(stream + ":")
    }

    /// Whether an RPM release says that it was built in a module (`.module_el8.6.0+…`, `.module+el8…`).
    private static func isModular(_ version: String) -> Bool {
        version.contains(".module_") || version.contains(".module+")
    }
}
