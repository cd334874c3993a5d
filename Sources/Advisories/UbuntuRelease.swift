import ScanModel

/// Ubuntu's releases and the channels in which fixes are published.
package enum UbuntuRelease {
    /// The number of the release with this codename; `nil` where unknown.
    package static func number(_ codename: String) -> String? { ReleaseCodename.ubuntu[codename] }

    /// Whether `text` is a release's number, such as `22.04`.
    static func isNumber(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && (1...2).contains(parts[0].utf8.count) && parts[1].utf8.count == 2
            && parts.allSatisfy { $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
    }

    /// The key of a release's channel: `security` is what everyone gets, `esm`, `esm-infra` and `esm-apps` are Ubuntu Pro,
    /// and others (`fips`, `fips-updates`, `realtime`) replace packages by builds of their own.
    static func key(number: String, channel: String) -> String {
        switch channel {
        case "security", "updates", "": "ubuntu:\(number)"
        case _ where channel.hasPrefix("esm"): "ubuntu-pro:\(number)"
        default: "ubuntu-pro-\(channel):\(number)"
        }
    }

    /// The key of a series as Ubuntu's data names it, `jammy`, `esm-infra/focal`, `trusty/esm`; `nil` where unknown.
    static func key(series: String) -> String? {
        let parts = series.split(separator: "/").map(String.init)
        guard let release = parts.lazy.compactMap(number).first else { return nil }
        return key(number: release, channel: parts.first { number($0) == nil } ?? "security")
    }

    /// Whether a version is one of Ubuntu Pro's builds, `2.5.0-1ubuntu0.1~esm1`.
    static func isPro(version: String) -> Bool { version.contains("~esm") || version.contains("+esm") }

    /// Adds, for what is said of Ubuntu Pro alone, what it means to everyone else: versions before the fix are affected and
    /// no fix is to be had, and what is not affected is so for all.
    static func withUnfixedRelease(_ ranges: [AffectedRange]) -> [AffectedRange] {
        let spoken = Set(ranges.map { [$0.ecosystem, $0.package] })
        var all = ranges
        for range in ranges where range.ecosystem.hasPrefix("ubuntu-pro:") {
            var general = range
            general.ecosystem = "ubuntu:\(range.ecosystem.dropFirst("ubuntu-pro:".utf8.count))"
            guard !spoken.contains([general.ecosystem, general.package]) else { continue }
            if general.fixState == .fixed, !range.isNotAffected { general.fixState = .notFixed }
            all.append(general)
        }
        return all
    }
}
