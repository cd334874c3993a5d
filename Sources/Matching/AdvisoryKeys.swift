import Advisories
package import ScanModel

/// Under which keys the advisories about a package are filed.
package enum AdvisoryKeys {
    /// The keys for `package` in an image of `distro`, without duplicates; empty where nothing can be filed about it.
    ///
    /// Debian and Alpine packages are filed under their source package, RPM packages under the binary's name and, where
    /// the distribution does so, the source's; Arch names each package that it builds from a base.
    package static func keys(for package: Package, distro: Distro?) -> [PackageKey] {
        if package.type.isOS {
            // What snaps bring belongs to their distribution, whose release is not known in another one's image.
            guard let distro, package.group == nil || package.group == distro.id else { return [] }
            var releases = DistroRelease.keys(of: distro)
            if package.type == .rpm { releases += releases.compactMap(RPMRelease.extraPackages) }
            return releases.flatMap { release in
                names(of: package, release: release).map { PackageKey(ecosystem: release, name: $0) }
            }
        }
        if package.type.rawValue == "binary" { return ProgramNames.keys(for: package.name, group: package.group) }
        guard let ecosystem = ecosystems[package.type.rawValue] else { return [] }
        let name: String
        switch ecosystem {
        case "maven": name = "\(mavenGroup(of: package)):\(package.name)"
        case "swifturl":
            // Filed by address (OSV schema 1.7, "Defined ecosystems"), which packages of a registry have none of.
            guard let owner = package.group, !owner.isEmpty else { return [] }
            name = "\(owner)/\(package.name)"
        default: name = Ecosystem.normalizedName(package.name, in: ecosystem)
        }
        return [PackageKey(ecosystem: ecosystem, name: name)]
    }

    /// Every key under which a change may change what is found in `subject`.
    ///
    /// A package that an OS package owns depends on what is filed about its owner too, and on whether there is anything
    /// about the owner's release at all.
    package static func keys(deciding subject: MatchSubject) -> Set<PackageKey> {
        var keys = Set(keys(for: subject.package, distro: subject.distro))
        guard let owner = subject.owner, let distro = subject.distro else { return keys }
        keys.formUnion(self.keys(for: owner, distro: distro))
        keys.formUnion(DistroRelease.keys(of: distro).map(presence))
        return keys
    }

    /// Stands for whether anything is filed under `release`, beside the keys of its packages.
    package static func presence(of release: String) -> PackageKey { PackageKey(ecosystem: release, name: "") }

    private static let ecosystems = [
        PackageType.python.rawValue: "pypi",
        PackageType.npm.rawValue: "npm",
        PackageType.gem.rawValue: "rubygems",
        PackageType.java.rawValue: "maven",
        PackageType.go.rawValue: "go",
        "rust-crate": "crates.io",
        "php-composer": "packagist",
        "dotnet": "nuget",
        "hex": "hex",
        "dart-pub": "pub",
        "bitnami": "bitnami",
        PackageType.swift.rawValue: "swifturl",
    ]

    /// The declared group; without one, the group that old artifacts share with their name.
    private static func mavenGroup(of package: Package) -> String {
        if let group = package.group, !group.isEmpty { return group }
        return package.name
    }

    private static func names(of package: Package, release: String) -> [String] {
        let source = package.source?.name ?? package.name
        if package.type == .alpm { return [package.name] }
        guard package.type == .rpm else { return [source] }
        // AlmaLinux lists every binary; a source that shares a binary's name says nothing about the other binaries.
        if release.hasPrefix("almalinux:") || source == package.name { return [package.name] }
        return [package.name, source]
    }
}
