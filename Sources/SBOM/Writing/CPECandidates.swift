import ScanModel

/// Guesses under which CPE names the NVD may list a package; there is no authoritative table of them.
enum CPECandidates {
    /// Candidates of one package.
    private static let maxCount = 8

    /// The names, most likely first, without duplicates: those under which matching looks it up come before guesses.
    ///
    /// None without a version: a name of any version would be taken for affected by all that was ever wrong with it.
    static func names(for package: Package) -> [String] {
        guard package.hasVersion else { return [] }
        var seen: Set<String> = []
        let known = package.cpes.filter { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && $0.utf8.count <= 1024 }
        let names = known + candidates(package).compactMap(\.formatted)
        return Array(names.filter { seen.insert($0).inserted }.prefix(maxCount))
    }

    private static func candidates(_ package: Package) -> [CPEName] {
        let version = version(of: package)
        func cross(_ vendors: [String], _ products: [String], _ target: String = "") -> [CPEName] {
            products.flatMap { product in
                vendors.map { CPEName(vendor: $0, product: product, version: version, targetSoftware: target) }
            }
        }
        let name = package.name.lowercased()
        switch package.type.rawValue {
        case "deb", "apk", "rpm", "alpm":
            // What distributions split into packages is one project upstream, mostly under the name of the source.
            let source = package.source?.name.lowercased() ?? name
            return [source, name].flatMap { cross([vendors[$0] ?? $0], spellings($0)) }
        case "npm":
            let parts = name.split(separator: "/").map(String.init)
            let product = parts.last ?? name
            let scope = parts.count > 1 ? [String(parts[0].drop { $0 == "@" })] : []
            return cross(scope + [product, "\(product)_project"], spellings(product), "node.js")
        case "python":
            return cross([name, "\(name)_project", "python-\(name)", "python"], spellings(name), "python")
        case "gem": return cross([name, "\(name)_project"], spellings(name), "ruby")
        case "rust-crate": return cross([name, "\(name)_project"], spellings(name), "rust")
        case "go-module": return goModule(name, cross)
        case "java-archive", "jenkins-plugin": return java(package, name, cross)
        case "php-composer", "github-action", "swift":
            let parts = name.split(separator: "/").map(String.init)
            guard let product = parts.last else { return [] }
            return cross([parts.dropLast().last ?? product], spellings(product))
        default: return cross([vendors[name] ?? name], spellings(name))
        }
    }

    private static func goModule(_ name: String, _ cross: ([String], [String], String) -> [CPEName]) -> [CPEName] {
        if name == "stdlib" { return cross(["golang"], ["go"], "") }
        var parts = name.split(separator: "/").map(String.init)
        // `…/v2` is the same module in another major version.
        if parts.count > 1, let last = parts.last, last.first == "v", last.dropFirst().allSatisfy(\.isNumber) {
            parts.removeLast()
        }
        guard let host = parts.first, let product = parts.last else { return [] }
        if host == "golang.org" { return cross(["golang"], [product], "go") }
        let owner = parts.count > 2 ? parts[1] : product
        return cross([owner], spellings(product), "go")
    }

    private static func java(
        _ package: Package,
        _ name: String,
        _ cross: ([String], [String], String) -> [CPEName]
    ) -> [CPEName] {
        let labels = (package.group ?? "").lowercased().split(separator: ".").map(String.init)
        // `org.apache.logging.log4j`: the organisation is the second label, the project often the last.
        let vendors = [labels.dropFirst().first, labels.last, name].compactMap { $0 }
        let target = package.type.rawValue == "jenkins-plugin" ? "jenkins" : ""
        return cross(vendors, spellings(name), target)
    }

    /// A name with hyphens is as often listed with underscores.
    private static func spellings(_ name: String) -> [String] {
        name.contains("-") ? [name, name.replacing("-", with: "_")] : [name]
    }

    /// The upstream version: without the epoch of a distribution, which no CPE has, and without Go's `v`.
    private static func version(of package: Package) -> String {
        var version = Substring(package.version)
        if package.type.isOS, let colon = version.firstIndex(of: ":") {
            version = version[version.index(after: colon)...]
        }
        if package.type == .go, version.hasPrefix("v") { version = version.dropFirst() }
        return String(version)
    }

    /// Vendors of well-known projects whose CPE vendor is not their own name.
    private static let vendors = [
        "bash": "gnu", "binutils": "gnu", "coreutils": "gnu", "gcc": "gnu", "glibc": "gnu", "gnutls": "gnu",
        "grep": "gnu", "gzip": "gnu", "patch": "gnu", "sed": "gnu", "tar": "gnu", "wget": "gnu", "ncurses": "gnu",
        "readline": "gnu", "curl": "haxx", "expat": "libexpat_project", "git": "git-scm", "httpd": "apache",
        "krb5": "mit", "libxml2": "xmlsoft", "libxslt": "xmlsoft", "linux": "linux", "musl": "musl-libc",
        "nginx": "f5", "node": "nodejs", "nodejs": "nodejs", "openssh": "openbsd", "openjdk": "oracle",
        "pcre": "pcre", "pcre2": "pcre", "perl": "perl", "php": "php", "postgresql": "postgresql", "python": "python",
        "redis": "redis", "ruby": "ruby-lang", "sudo": "sudo_project", "systemd": "systemd_project",
        "tomcat": "apache", "util-linux": "kernel", "vim": "vim", "xz": "tukaani", "zlib": "zlib", "busybox": "busybox",
    ]
}
