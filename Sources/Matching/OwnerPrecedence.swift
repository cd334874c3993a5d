import Advisories
package import ScanModel

/// What a language package's flaws come to where a distribution ships it inside a package of its own.
///
/// Distributions mend without changing the version that a language's metadata states, so what they say of a flaw
/// outranks what the language's advisories say of the version: not affected and fixed end it, and what they leave open
/// is reported once, at the OS package. About a flaw that the distribution does not mention, the advisory counts,
/// unless the distribution lists what it has not mended as well and the package is the owner's own software: then
/// silence is an answer too.
package enum OwnerPrecedence: Sendable, Equatable {
    /// No OS package owns it, or nothing is known of the distribution's release: every advisory counts.
    case none
    /// The distribution answers for all of its flaws.
    case whole
    /// The distribution answers for the flaws of these names.
    case flaws(Set<String>)

    /// Whether the distribution answers for the flaw that has `names`.
    func outranks(_ names: some Sequence<String>) -> Bool {
        switch self {
        case .none: false
        case .whole: true
        case .flaws(let spoken): names.contains(where: spoken.contains)
        }
    }

    /// Whether `distro` also lists flaws that it has not mended or will not.
    ///
    /// Then a flaw missing from its list is none of its packages'. The others publish what they have mended.
    package static func isComprehensive(_ distro: Distro) -> Bool {
        DistroRelease.keys(of: distro).contains { key in
            comprehensive.contains { key == $0 || key.hasPrefix("\($0):") }
        }
    }

    private static let comprehensive = ["debian", "ubuntu", "rhel", "azurelinux", "mariner"]

    /// Whether `owner` is a build of `package` itself and no larger thing that holds it: `pip` 23.0.1 in `23.0.1+dfsg-1`.
    package static func isSameSoftware(_ package: Package, owner: Package) -> Bool {
        [owner.version, owner.source?.version ?? ""].contains { isBuild($0, of: package.version) }
    }

    /// Whether a distribution's `version` is a build of the upstream `release`.
    static func isBuild(_ version: String, of release: String) -> Bool {
        let epoch = version.prefix { $0.isASCII && $0.isNumber }
        let bare = version.dropFirst(version.dropFirst(epoch.count).first == ":" ? epoch.count + 1 : 0)
        guard !release.isEmpty, bare.hasPrefix(release) else { return false }
        let rest = bare.dropFirst(release.count)
        guard let next = rest.first else { return true }
        // `2.0.dfsg` is 2.0; `2.0.1` and `2.0~rc1` are not.
        if next == "." { return rest.dropFirst().first?.isLetter == true }
        return next == "+" || next == "-"
    }
}
