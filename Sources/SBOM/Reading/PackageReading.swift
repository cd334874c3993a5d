import ScanModel

/// A component read as a package.
struct PackageReading {
    /// Types of components that are no packages, and nothing is amiss in that.
    private static let otherKinds: Set<String> = [
        "file", "container", "device", "firmware", "operating-system", "data", "machine-learning-model", "platform",
        "device-driver", "cryptographic-asset", "archive", "source", "install",
    ]
    /// Purl types that name images and not packages.
    private static let imageTypes: Set<String> = ["oci", "docker"]

    var package: Package
    /// From the purl.
    var distro: Distro?
    /// The OS package that owns it, from the purl.
    private var owner: String?
    /// Whether the document is one of ours, whose properties say all.
    let isOwn: Bool

    /// `nil` where the component is no package, or it cannot be told which.
    init?(_ component: DocumentComponent) {
        if let type = component.properties[PropertyName.type] {
            guard !component.name.isEmpty, !component.version.isEmpty, !type.isEmpty else { return nil }
            isOwn = true
            package = Self.own(component, type: PackageType(rawValue: type))
            package.hashes = FileHash.agreed(component.hashes)
            return
        }
        isOwn = false
        guard let url = PackageURLParts(component.purl) else {
            guard let known = Self.withoutPURL(component) else { return nil }
            package = known
            return
        }
        guard !Self.imageTypes.contains(url.type), let named = PackageURL(url, version: component.version) else {
            return nil
        }
        package = named.package
        distro = named.distro
        owner = named.owner
        refine(component)
        if package.type == .go { refineGo(component, url) }
    }

    /// Why a component that reads like a package is none; `nil` where it does not read like one.
    static func note(_ component: DocumentComponent) -> String? {
        if let url = PackageURLParts(component.purl) {
            return imageTypes.contains(url.type) ? nil : "a package without a version: \(component.purl.prefix(200))"
        }
        if !component.purl.isEmpty { return "not a package URL: \(component.purl.prefix(200))" }
        // What stands for a lock file or a folder has no version.
        guard !otherKinds.contains(component.kind), !component.version.isEmpty else { return nil }
        return "a component without a package URL"
    }

    private static func own(_ component: DocumentComponent, type: PackageType) -> Package {
        let properties = component.properties
        var package = Package(
            type: type,
            name: properties[PropertyName.name] ?? component.name,
            version: properties[PropertyName.version] ?? component.version
        )
        package.arch = properties[PropertyName.arch] ?? ""
        package.group = properties[PropertyName.group]
        package.module = properties[PropertyName.module]
        package.supplier = properties[PropertyName.supplier]
        if let name = properties[PropertyName.sourceName] {
            package.source = SourcePackage(name: name, version: properties[PropertyName.sourceVersion] ?? "")
        }
        let declared = properties.values(of: PropertyName.license)
        package.licenses = declared.isEmpty ? component.licenses : declared
        return package
    }

    /// A component of a known type that has no purl, as some of Syft's and Trivy's have none.
    private static func withoutPURL(_ component: DocumentComponent) -> Package? {
        let properties = component.properties
        let stated =
            properties["syft:package:type"] ?? properties["aquasecurity:trivy:PkgType"]
            ?? databases.first { component.sourceInfo.hasPrefix("acquired package info from \($0.name)") }?.type ?? ""
        guard !stated.isEmpty, stated != "UnknownPackage", !component.name.isEmpty, !component.version.isEmpty,
            component.purl.isEmpty
        else { return nil }
        let type = trivyTypes[stated] ?? PackageType(rawValue: stated)
        var package = Package(type: type, name: component.name, version: component.version)
        if type == .java, !component.group.isEmpty { package.group = component.group }
        if type != .java, !component.group.isEmpty { package.name = "\(component.group)/\(component.name)" }
        if type.isOS { package.source = SourcePackage(name: package.name, version: package.version) }
        var reading = PackageReading(package: package, isOwn: false)
        reading.refine(component)
        return reading.package
    }

    private init(package: Package, isOwn: Bool) {
        self.package = package
        self.isOwn = isOwn
    }

    /// Where Syft says in SPDX that it took a package from, which without a purl tells its type.
    private static let databases = [
        (name: "DPKG DB", type: "deb"), (name: "APK DB", type: "apk"), (name: "RPM DB", type: "rpm"),
        (name: "ALPM DB", type: "alpm"), (name: "portage DB", type: "portage"),
    ]

    /// Trivy's names for kinds of packages (its documentation, "Coverage").
    private static let trivyTypes: [String: PackageType] = [
        "debian": .deb, "ubuntu": .deb, "alpine": .apk, "wolfi": .apk, "chainguard": .apk, "redhat": .rpm,
        "centos": .rpm, "rocky": .rpm, "alma": .rpm, "fedora": .rpm, "amazon": .rpm, "oracle": .rpm,
        "jar": .java, "pom": .java, "gradle": .java, "node-pkg": .npm, "yarn": .npm, "pnpm": .npm,
        "python-pkg": .python, "pip": .python, "pipenv": .python, "poetry": .python, "uv": .python,
        "gemspec": .gem, "bundler": .gem, "gobinary": .go, "gomod": .go,
        "rustbinary": PackageType(rawValue: "rust-crate"), "cargo": PackageType(rawValue: "rust-crate"),
        "composer": PackageType(rawValue: "php-composer"), "nuget": PackageType(rawValue: "dotnet"),
        "dotnet-core": PackageType(rawValue: "dotnet"),
    ]

    /// Takes over what the document says besides the purl.
    private mutating func refine(_ component: DocumentComponent) {
        let properties = component.properties
        func trivy(_ name: String) -> String? { properties["aquasecurity:trivy:\(name)"] }
        func syft(_ name: String) -> String? { properties["syft:metadata:\(name)"] }
        if let type = properties["syft:package:type"], !type.isEmpty, type != "UnknownPackage" {
            package.type = PackageType(rawValue: type)
        }
        spell(component)
        package.licenses = Array(Set(component.licenses)).sorted()
        package.hashes = FileHash.agreed(component.hashes)
        guard package.type.isOS else { return }
        if !component.supplier.isEmpty { package.supplier = component.supplier }
        if let epoch = Self.epoch(component.version), !package.version.contains(":"),
            component.version.dropFirst(epoch.count + 1) == package.version, epoch != "0" || package.type == .deb
        {
            let hadSource = package.source?.version == package.version
            package.version = component.version
            if hadSource { package.source?.version = component.version }
        }
        package.module = package.module ?? trivy("Modularitylabel") ?? syft("modularityLabel").nonEmpty
        if let source = Self.trivySource(properties, of: package) ?? Self.stated(component.sourceInfo, of: package) {
            package.source = source
        } else if let name = (syft("source") ?? syft("originPackage")).nonEmpty {
            let version = syft("sourceVersion").nonEmpty
            // The purl says the same, unless it was written by hand.
            if package.source?.name != name || version != nil {
                package.source = SourcePackage(name: name, version: version ?? package.version)
            }
        } else if let file = syft("sourceRpm").nonEmpty,
            let source = SourcePackage(fileName: file, versionOf: package.version)
        {
            package.source = source
        }
    }

    /// Keeps what Go's own build information says of a main package and of the standard library, as Syft does beside the
    /// purl: `github.com/owner/module/cmd/tool` for `…/module#cmd/tool`, and `go1.22.1` for `1.22.1`.
    private mutating func refineGo(_ component: DocumentComponent, _ url: PackageURLParts) {
        if !url.subpath.isEmpty, component.name == "\(package.name)/\(url.subpath)" { package.name = component.name }
        if package.name == "stdlib", component.version == "go\(package.version)" { package.version = component.version }
    }

    /// Keeps the document's spelling of a name that its purl has folded, as purls of PyPI are.
    private mutating func spell(_ component: DocumentComponent) {
        let joined = component.group.isEmpty ? component.name : "\(component.group)/\(component.name)"
        let folded = PURL.pypiName(package.name)
        for name in [component.name, joined] where PURL.pypiName(name) == folded { package.name = name }
    }

    private static func epoch(_ version: String) -> Substring? {
        guard let colon = version.firstIndex(of: ":"), version[..<colon].allSatisfy(\.isNumber) else { return nil }
        return version[..<colon]
    }

    /// Trivy has the source's epoch, version and release apart.
    private static func trivySource(_ properties: [Property], of package: Package) -> SourcePackage? {
        func value(_ name: String) -> String? { properties["aquasecurity:trivy:\(name)"].nonEmpty }
        guard let name = value("SrcName") else { return nil }
        guard var version = value("SrcVersion") else { return SourcePackage(name: name, version: package.version) }
        if let release = value("SrcRelease") { version += "-\(release)" }
        if let epoch = value("SrcEpoch"), epoch != "0" { version = "\(epoch):\(version)" }
        return SourcePackage(name: name, version: version)
    }

    /// `built package from: glibc 2.36-9`, as Trivy writes it in SPDX.
    private static func stated(_ info: String, of package: Package) -> SourcePackage? {
        let prefix = "built package from: "
        guard info.hasPrefix(prefix) else { return nil }
        let parts = info.dropFirst(prefix.count).split(separator: " ", maxSplits: 1)
        guard let name = parts.first else { return nil }
        return SourcePackage(name: String(name), version: parts.count > 1 ? String(parts[1]) : package.version)
    }

    /// The package in its place.
    func installed(_ component: DocumentComponent) -> InstalledPackage {
        let properties = component.properties
        var paths = isOwn ? properties.values(of: PropertyName.path) : component.paths
        if !isOwn, paths.isEmpty {
            paths = properties.filter { $0.name.hasPrefix("syft:location:") && $0.name.hasSuffix(":path") }.map(\.value)
            if let path = properties["aquasecurity:trivy:FilePath"].nonEmpty { paths.append(path) }
        }
        let layer = properties[PropertyName.layerIndex].flatMap { Int($0) } ?? 0
        return InstalledPackage(
            package: package,
            layer: max(0, layer),
            paths: isOwn ? paths : Array(Set(paths)).sorted(),
            ownedBy: properties[PropertyName.ownedBy].nonEmpty ?? owner
        )
    }
}

extension Optional<String> {
    /// The text where there is one.
    fileprivate var nonEmpty: String? {
        guard let self, !self.isEmpty else { return nil }
        return self
    }
}
