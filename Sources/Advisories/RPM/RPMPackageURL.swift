import Bytes

/// An RPM package as its purl names it (purl-spec, PURL-TYPES.rst, `rpm`; `rpmmod` is Red Hat's own qualifier).
struct RPMPackageURL {
    var name: String
    /// `[epoch:]version-release`; `nil` where the purl means every version.
    var version: String?
    /// Empty where the purl means all.
    var architecture = ""
    /// The module stream, `name:stream`.
    var module: String?

    init?(_ purl: String) {
        guard purl.hasPrefix("pkg:rpm/") else { return nil }
        let parts = purl.dropFirst(8).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first?.split(separator: "/").last else { return nil }
        let names = path.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = names.first.flatMap({ PercentEncoding.decode($0) }), !name.isEmpty else { return nil }
        self.name = name
        var epoch = ""
        for qualifier in parts.dropFirst().joined().split(separator: "&") {
            let pair = qualifier.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let value = PercentEncoding.decode(pair[1]) else { continue }
            switch pair[0] {
            case "arch": architecture = value
            case "epoch": epoch = value
            case "rpmmod": module = RedHatProduct.stream(ofLabel: value)
            default: continue
            }
        }
        guard names.count == 2 else { return }
        guard let version = PercentEncoding.decode(names[1]), !version.isEmpty else { return nil }
        self.version = RPMName.version(epoch: epoch, version: version, release: "")
    }
}
