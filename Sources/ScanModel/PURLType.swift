/// The types of package URLs (purl-spec, PURL-TYPES.rst) and the kinds of packages here that they stand for.
enum PURLType {
    /// The kind of packages that the purl type `type` stands for; `name` tells generic ones apart.
    static func packageType(_ type: String, name: String) -> PackageType {
        if type == "generic" { return PackageType(rawValue: genericNames.contains(name) ? name : "binary") }
        return PackageType(rawValue: packageTypes[type] ?? type)
    }

    /// The purl type for packages of `type`; `generic` where there is none.
    static func purlType(_ type: PackageType) -> String { purlTypes[type.rawValue] ?? "generic" }

    /// Whether names of this purl type hold a namespace, so that a slash in one parts the segments of the purl.
    static func hasSegments(_ type: String) -> Bool { segmented.contains(type) }

    /// Whether names of this purl type may end in the purl's subpath: a part of a pod, a folder or file of a repository.
    static func hasSubpath(_ type: String) -> Bool { type == "cocoapods" || type == "github" }

    /// Whether the namespace of this purl type is the package's group and no part of its name.
    static func hasGroup(_ type: String) -> Bool { grouped.contains(type) }

    /// Whether a distribution's packages have this purl type.
    static func isOfDistribution(_ type: String) -> Bool { ["deb", "apk", "rpm", "alpm"].contains(type) }

    private static let genericNames: Set<String> = ["linux-kernel", "linux-kernel-module"]

    private static let segmented: Set<String> = [
        "npm", "golang", "composer", "github", "bitbucket", "terraform", "huggingface", "docker", "oci", "cpan",
        "conan", "otp", "ebuild", "cocoapods",
    ]

    private static let grouped: Set<String> = ["generic", "maven", "pear", "swift"]

    private static let packageTypes = [
        "alpine": "apk", "pypi": "python", "maven": "java-archive", "golang": "go-module", "cargo": "rust-crate",
        "crate": "rust-crate", "composer": "php-composer", "pear": "php-pear", "pecl": "php-pear", "nuget": "dotnet",
        "pub": "dart-pub", "ebuild": "portage", "brew": "homebrew", "cocoapods": "pod", "luarocks": "lua-rocks",
        "otp": "erlang-otp", "cran": "R-package",
        "github": "github-action", "huggingface": "model",
    ]

    private static let purlTypes = [
        "deb": "deb", "apk": "apk", "rpm": "rpm", "alpm": "alpm", "python": "pypi", "npm": "npm", "gem": "gem",
        "java-archive": "maven", "jenkins-plugin": "maven", "go-module": "golang", "rust-crate": "cargo",
        "php-composer": "composer", "php-pear": "pear", "php-pecl": "pear", "dotnet": "nuget", "dart-pub": "pub",
        "pod": "cocoapods", "conan": "conan", "conda": "conda", "hex": "hex", "hackage": "hackage",
        "erlang-otp": "otp", "lua-rocks": "luarocks", "R-package": "cran", "swift": "swift",
        "swiplpack": "swiplpack", "opam": "opam", "nix": "nix", "portage": "ebuild", "bitnami": "bitnami",
        "terraform": "terraform", "vcpkg": "vcpkg", "wordpress-plugin": "wordpress-plugin", "homebrew": "brew",
        "cpan": "cpan", "julia": "julia",
        "github-action": "github", "github-action-workflow": "github", "model": "huggingface",
    ]
}
