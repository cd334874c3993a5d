package import ScanModel
package import Versions

/// One interval of versions of one package that a flaw affects.
///
/// A version is affected where it is `introduced` or later (or later than `introducedAfter`) and before `fixed`, or not
/// after `lastAffected`; or where `versions` lists it. A range that only lists versions has `versions` and `isEnumeration`.
package struct AffectedRange: Sendable, Codable, Hashable {
    /// `debian:12`, `alpine:3.18`, `almalinux:9`, `pypi`, `npm`, `go`, `maven`, `rubygems`, `crates.io`, `bitnami`, ….
    package var ecosystem: String
    /// The name as ``Ecosystem/normalizedName(_:in:)`` spells it in this ecosystem.
    package var package: String
    package var scheme: VersionScheme
    /// The first affected version; `nil` from the beginning.
    package var introduced: String?
    /// The last version before the flaw came in, itself not affected; where given, `introduced` is not.
    package var introducedAfter: String?
    /// The first version that is no longer affected.
    package var fixed: String?
    /// The last version known to be affected, where no fix is named.
    package var lastAffected: String?
    /// Exact versions that are affected besides the interval.
    package var versions: [String]
    /// Whether only `versions` counts and the interval says nothing.
    package var isEnumeration: Bool
    package var fixState: FixState
    /// The distribution's own rating of the flaw in this package.
    package var severity: Severity?
    /// RPM: the module stream, `name:stream`, that the package must come from; `nil` where the bulletin names none.
    package var module: String?
    /// RPM: the architectures that the statement is about, as `RPMArchitecture` spells them, sorted; `nil` for all.
    package var architectures: [String]?

    package init(
        ecosystem: String,
        package: String,
        scheme: VersionScheme,
        introduced: String? = nil,
        introducedAfter: String? = nil,
        fixed: String? = nil,
        lastAffected: String? = nil,
        versions: [String] = [],
        isEnumeration: Bool = false,
        fixState: FixState,
        severity: Severity? = nil,
        module: String? = nil,
        architectures: [String]? = nil
    ) {
        self.ecosystem = ecosystem
        self.package = package
        self.scheme = scheme
        self.introduced = introduced
        self.introducedAfter = introducedAfter
        self.fixed = fixed
        self.lastAffected = lastAffected
        self.versions = versions
        self.isEnumeration = isEnumeration
        self.fixState = fixState
        self.severity = severity
        self.module = module
        self.architectures = architectures
    }
}

extension AffectedRange {
    /// The bound by which trackers say that no version was ever affected: nothing comes before it.
    package static let neverAffectedBound = "0"

    /// Whether the publisher says that the package is not affected at all; such a range holds no version, and is kept
    /// because it outranks what others say.
    package var isNotAffected: Bool { fixed == Self.neverAffectedBound && !isEnumeration }
}
