/// Products of Red Hat as its data names them, by CPE (NISTIR 7695, URI binding).
enum RedHatProduct {
    /// The key for the releases of Enterprise Linux: `rhel:9` for every repository of the current minor release,
    /// `rhel:8.6+eus` for what only subscribers of an extension get; `nil` for any other product.
    ///
    /// Other products bring packages of their own under names that Enterprise Linux has too, and which repository a
    /// package came from cannot be told from its database.
    static func key(cpe: String) -> String? {
        let parts = cpe.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 5, parts[0] == "cpe", parts[1] == "/o" || parts[1] == "/a", parts[2] == "redhat" else {
            return nil
        }
        return key(product: parts[3], version: parts[4])
    }

    /// As `key(cpe:)`, of the parts behind the vendor.
    static func key(product: String, version: String) -> String? {
        guard let first = version.utf8.first, (48...57).contains(first), version.utf8.count <= 16 else { return nil }
        if product == "enterprise_linux" { return "rhel:\(version.prefix { $0 != "." })" }
        return extensions[product].map { "rhel:\(version)+\($0)" }
    }

    private static let extensions = [
        "rhel_eus": "eus", "rhel_aus": "aus", "rhel_e4s": "e4s", "rhel_tus": "tus", "rhel_els": "els",
        "rhel_eus_long_life": "eus-long-life", "enterprise_linux_eus": "eus", "rhel_mission_critical": "aus",
    ]

    /// Whether a module stream is one of Flatpak, whose packages no RPM database of an image lists.
    static func isFlatpak(module: String) -> Bool { module.hasSuffix(":flatpak") }

    /// The first two parts of a modularity label, `name:stream`.
    static func stream(ofLabel label: String) -> String? {
        let parts = label.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return "\(parts[0]):\(parts[1])"
    }

    /// Splits `python39:3.9/python-lxml` into the stream and the package's name.
    static func component(_ text: String) -> (name: String, module: String?) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let stream = stream(ofLabel: parts[0]), stream == parts[0] else { return (text, nil) }
        return (parts[1], stream)
    }
}
