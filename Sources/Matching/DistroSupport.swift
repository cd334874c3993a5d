package import Advisories
package import ScanModel

/// Until when, and how far, a distribution answers for a release and its packages.
package struct DistroSupport: Sendable, Equatable {
    private let statements: [SupportStatement]

    package init(_ statements: [SupportStatement]) { self.statements = statements }

    /// The keys that statements about `distro` are filed under: its release, and the distribution alone.
    package static func keys(of distro: Distro) -> [String] {
        let releases = DistroRelease.keys(of: distro)
        let names = releases.compactMap { $0.split(separator: ":").first.map(String.init) }
        return Array(Set(releases + names)).sorted()
    }

    /// The date on which the ordinary support of the release ends, `YYYY-MM-DD`; `nil` where nothing is known.
    package var endOfLife: String? { release(.endOfLife).compactMap(\.date).max() }

    /// Longer support with its name, by date; who gets it depends on a subscription or a choice of repositories.
    package var extended: [(name: String, end: String)] {
        release(.extendedEnd).compactMap { item in item.date.map { (item.note, $0) } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    /// Whether the ordinary support has ended by `date`, `YYYY-MM-DD`; `nil` where nothing is known.
    package func hasEnded(by date: String) -> Bool? { endOfLife.map { $0 < date.prefix(10) } }

    /// What is said about the source package `name`, in the order of the lists; ends later than `date` are left out.
    package func statements(aboutPackage name: String, by date: String) -> [SupportStatement] {
        statements.filter { item in
            guard let pattern = item.package, Self.matches(name, pattern) else { return false }
            return item.kind == .packageLimited || item.date.map { $0 <= date.prefix(10) } == true
        }
    }

    private func release(_ kind: SupportStatement.Kind) -> [SupportStatement] {
        statements.filter { $0.package == nil && $0.kind == kind }
    }

    /// Whether `name` is what `pattern` names; the lists write `.*` for the rest of a name.
    private static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix(".*") ? name.hasPrefix(pattern.dropLast(2)) : name == pattern
    }
}
