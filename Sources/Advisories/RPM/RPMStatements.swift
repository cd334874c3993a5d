import ScanModel
import Versions

/// Gathers what a bulletin says about many builds of one package into few ranges.
///
/// Publishers repeat a statement for each architecture; here it becomes one range with a list of them.
struct RPMStatements {
    /// What one package is said to be.
    enum Status: Hashable {
        /// Affected before this version.
        case fixed(String)
        /// Every version is affected.
        case affected(FixState)
        case notAffected
    }

    private struct Subject: Hashable, Comparable {
        var ecosystem: String
        var package: String
        var module: String?
        var introduced: String?

        static func < (left: Subject, right: Subject) -> Bool {
            (left.ecosystem, left.package, left.module ?? "", left.introduced ?? "")
                < (right.ecosystem, right.package, right.module ?? "", right.introduced ?? "")
        }
    }

    private struct Details {
        var architectures: Set<String> = []
        var severity: Severity?
    }

    private var subjects: [Subject: [Status: Details]] = [:]

    var isEmpty: Bool { subjects.isEmpty }

    /// The number of statements so far, which one limit bounds.
    private(set) var count = 0

    /// Adds a statement; `architecture` is empty where the publisher names none, `introduced` where the package has no
    /// other branch.
    mutating func add(
        _ status: Status,
        ecosystem: String,
        package: String,
        module: String? = nil,
        architecture: String,
        severity: Severity? = nil,
        introduced: String? = nil
    ) {
        let subject = Subject(ecosystem: ecosystem, package: package, module: module, introduced: introduced)
        var details = subjects[subject]?[status] ?? Details()
        if details.architectures.isEmpty, details.severity == nil { count += 1 }
        // Without an architecture it is about all of them, as with a source package.
        details.architectures.insert(architecture.isEmpty ? "noarch" : architecture)
        details.severity = [details.severity, severity].compactMap { $0 }.max()
        subjects[subject, default: [:]][status] = details
    }

    /// The ranges, in an order that depends on their content alone.
    func ranges() -> [AffectedRange] {
        subjects.sorted { $0.key < $1.key }.flatMap { Self.ranges(of: $0.key, $0.value) }
    }

    private static func ranges(of subject: Subject, _ statements: [Status: Details]) -> [AffectedRange] {
        let template = AffectedRange(
            ecosystem: subject.ecosystem,
            package: subject.package,
            scheme: .rpm,
            introduced: subject.introduced,
            fixState: .fixed,
            module: subject.module
        )
        var ranges = fixedRanges(statements, template: template)
        for (status, details) in statements {
            var range = template
            range.severity = details.severity
            range.architectures = RPMArchitecture.restriction(details.architectures)
            switch status {
            case .fixed: continue
            case .affected(let state): range.fixState = state
            case .notAffected: range.fixed = AffectedRange.neverAffectedBound
            }
            ranges.append(range)
        }
        return ranges.sorted { order($0) < order($1) }
    }

    /// The intervals are found for each architecture, since one may get its fixes apart from the others.
    private static func fixedRanges(_ statements: [Status: Details], template: AffectedRange) -> [AffectedRange] {
        var versions: [String?: Set<String>] = [:]
        var severity: Severity?
        for case (.fixed(let version), let details) in statements {
            let restriction = RPMArchitecture.restriction(details.architectures).map { $0.map(Optional.some) } ?? [nil]
            for architecture in restriction { versions[architecture, default: []].insert(version) }
            severity = [severity, details.severity].compactMap { $0 }.max()
        }
        var architectures: [RPMFixes.Interval: Set<String?>] = [:]
        for (architecture, versions) in versions {
            for interval in RPMFixes(versions).intervals { architectures[interval, default: []].insert(architecture) }
        }
        return architectures.map { interval, names in
            var range = template
            range.introduced = interval.introduced ?? template.introduced
            range.fixed = interval.fixed
            range.severity = severity
            range.architectures = names.contains(nil) ? nil : names.compactMap { $0 }.sorted()
            return range
        }
    }

    private static func order(_ range: AffectedRange) -> (String, String, String, String) {
        (
            range.fixed ?? "", range.introduced ?? "", range.fixState.rawValue,
            range.architectures?.joined(separator: " ") ?? ""
        )
    }
}
