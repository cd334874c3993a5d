/// A package as RPM file names and update systems write it: name, version, release and what goes with them.
struct RPMName: Equatable {
    var name: String
    /// `[epoch:]version-release`, an epoch of zero left out.
    var version: String
    /// Empty where the text names none.
    var architecture: String

    /// Reads `name-[epoch:]version-release.architecture`, with `.rpm` behind it or not.
    init?(nevra text: String) {
        let whole = text.hasSuffix(".rpm") ? text.dropLast(4) : Substring(text)
        guard let dot = whole.lastIndex(of: ".") else { return nil }
        self.init(nevr: whole[..<dot])
        architecture = String(whole[whole.index(after: dot)...])
        guard !architecture.isEmpty else { return nil }
    }

    /// Reads `name-[epoch:]version-release`.
    init?(nevr text: Substring) {
        guard let lastDash = text.lastIndex(of: "-"), let dash = text[..<lastDash].lastIndex(of: "-") else {
            return nil
        }
        let release = text[text.index(after: lastDash)...]
        var version = text[text.index(after: dash)..<lastDash]
        var epoch = ""
        if let colon = version.firstIndex(of: ":") {
            epoch = String(version[..<colon])
            // A module's build, `perl-FCGI:0.78-806…`, has a colon as well.
            guard epoch.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
            version = version[version.index(after: colon)...]
        }
        guard dash > text.startIndex, !version.isEmpty, !release.isEmpty else { return nil }
        name = String(text[..<dash])
        self.version = Self.version(epoch: epoch, version: String(version), release: String(release))
        architecture = ""
    }

    /// `[epoch:]version-release`, an epoch of zero left out.
    static func version(epoch: String, version: String, release: String) -> String {
        let isZero = epoch.utf8.allSatisfy { $0 == UInt8(ascii: "0") } || epoch == "(none)"
        return (isZero ? "" : epoch + ":") + (release.isEmpty ? version : "\(version)-\(release)")
    }

    /// `version` without an epoch of zero in front.
    static func withoutZeroEpoch(_ version: String) -> String {
        version.hasPrefix("0:") ? String(version.dropFirst(2)) : version
    }
}
