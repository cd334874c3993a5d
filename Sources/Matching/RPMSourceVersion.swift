import Advisories
import ScanModel

/// Compares by the source of an RPM package, whose file name leaves out the epoch.
enum RPMSourceVersion {
    /// The version to compare with, and the range in the same terms where its own do not fit.
    ///
    /// A binary with the version and release of its source shares its epoch. A binary with numbers of its own
    /// (`perl-Errno-1.28` from `perl-5.26.3`) says nothing about it: then the epochs are left out on both sides, as
    /// `0:5.26.3-419` before `4:5.26.3-419` would be no answer.
    static func comparison(
        binary: String,
        source: String,
        with range: AffectedRange
    ) -> (version: String, restated: AffectedRange?) {
        guard !source.contains(":") else { return (source, nil) }
        let epoch = epochLength(binary)
        if binary.dropFirst(epoch) == source { return (binary, nil) }
        var bare = range
        bare.introduced = range.introduced.map(withoutEpoch)
        bare.fixed = range.fixed.map(withoutEpoch)
        bare.lastAffected = range.lastAffected.map(withoutEpoch)
        bare.versions = range.versions.map(withoutEpoch)
        return (source, bare)
    }

    private static func withoutEpoch(_ version: String) -> String { String(version.dropFirst(epochLength(version))) }

    /// The number of characters up to the colon behind an epoch; zero where there is none.
    private static func epochLength(_ version: String) -> Int {
        let digits = version.prefix { $0.isNumber && $0.isASCII }
        return digits.count < version.count && version.dropFirst(digits.count).first == ":" ? digits.count + 1 : 0
    }
}
