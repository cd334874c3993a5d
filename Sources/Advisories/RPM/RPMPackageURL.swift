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
        guard let name = names.first.flatMap(Self.decoded), !name.isEmpty else { return nil }
        self.name = name
        var epoch = ""
        for qualifier in parts.dropFirst().joined().split(separator: "&") {
            let pair = qualifier.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let value = Self.decoded(pair[1]) else { continue }
            switch pair[0] {
            case "arch": architecture = value
            case "epoch": epoch = value
            case "rpmmod": module = RedHatProduct.stream(ofLabel: value)
            default: continue
            }
        }
        guard names.count == 2 else { return }
        guard let version = Self.decoded(names[1]), !version.isEmpty else { return nil }
        self.version = RPMName.version(epoch: epoch, version: version, release: "")
    }

    /// `text` with its percent-encoding undone; `nil` where that is broken.
    private static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, !digits.contains(UInt8(ascii: "+")),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
