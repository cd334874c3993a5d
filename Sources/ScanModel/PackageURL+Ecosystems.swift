extension Package {
    /// The purl of a package whose type needs neither a namespace of its own nor qualifiers; `nil` for other types.
    ///
    /// A name with slashes keeps them as namespace and name where its ecosystem has namespaces.
    var ecosystemPURL: String? {
        guard let kind = Self.purlKinds[type] else { return nil }
        let path: String
        switch type {
        case .portage: path = name.split(separator: "/").map { PURL.encode(String($0)) }.joined(separator: "/")
        case .swift:
            let place = (group ?? "").split(separator: "/").map { PURL.encode(String($0)) + "/" }.joined()
            path = place + PURL.encode(name)
        default: path = PURL.encode(name)
        }
        return "pkg:\(kind)/\(path)@\(PURL.encode(version))"
    }

    /// `pkg:alpm/arch/name@version` with the architecture, the distribution and the source package.
    func alpmPURL(distro: Distro?) -> String {
        var qualifiers: [String] = []
        if !arch.isEmpty { qualifiers.append("arch=\(PURL.encode(arch))") }
        let id = distro.map { $0.id.isEmpty ? "arch" : $0.id } ?? "arch"
        qualifiers.append("distro=\(PURL.encode(id))")
        if let source, source.name != name { qualifiers.append("upstream=\(PURL.encode(source.name))") }
        return "pkg:alpm/\(PURL.encode(id))/\(PURL.encode(name))@\(PURL.encode(version))?"
            + qualifiers.joined(separator: "&")
    }

    private static let purlKinds: [PackageType: String] = [
        .portage: "ebuild",
        .rust: "cargo",
        .dotnet: "nuget",
        .dart: "pub",
        .hex: "hex",
        .erlangOTP: "otp",
        .hackage: "hackage",
        .rPackage: "cran",
        .luaRocks: "luarocks",
        .cpan: "cpan",
        .conda: "conda",
        .swift: "swift",
        .pod: "cocoapods",
        .conan: "conan",
        .homebrew: "brew",
        .opam: "opam",
        .swiplPack: "swiplpack",
        .julia: "julia",
        .wordPressPlugin: "wordpress-plugin",
    ]
}
