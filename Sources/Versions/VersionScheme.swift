/// A version order: how one ecosystem decides which of two versions is the newer one.
package enum VersionScheme: String, Sendable, CaseIterable {
    /// Debian policy 5.6.12, as `dpkg --compare-versions` orders.
    case dpkg
    /// Epoch, version and release, each by rpm's `rpmvercmp`.
    case rpm
    /// Alpine's package versions, as apk-tools 3 orders.
    case apk
    /// Python, PEP 440.
    case pep440
    /// Semantic Versioning 2.0, with a leading `v`, missing segments and missing dashes tolerated.
    case semver
    /// The order of `semver`, with the ranges of node-semver.
    case npm
    /// Maven's `ComparableVersion` (Maven 4).
    case maven
    /// RubyGems' `Gem::Version`; a platform suffix is not part of the version.
    case rubygems
    /// Go modules and the `go1.x.y` spelling of the standard library.
    case go
    /// Semantic Versioning with a fourth number, letters' case ignored (NuGet, "Version ordering").
    case nuget
    /// PHP packages, as composer/semver orders; the names of branches have no order.
    case composer
    /// Everything else: numbers in order, words for pre-releases below, other suffixes above.
    case generic

    /// The scheme for an ecosystem word of the command line, nil for an unknown word.
    ///
    /// Besides the raw values it knows `packagist`, and `bitnami`, whose `-N` is a packaging revision, as in `generic`.
    package init?(ecosystem word: String) {
        if let scheme = VersionScheme(rawValue: word) {
            self = scheme
            return
        }
        switch word {
        case "packagist": self = .composer
        case "bitnami": self = .generic
        default: return nil
        }
    }
}
