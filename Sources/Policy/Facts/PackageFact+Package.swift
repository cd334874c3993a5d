package import ScanModel
import Versions

extension PackageFact {
    /// The packages of an image, each at every place where its evidence stands, a distribution's once.
    ///
    /// As Anchore Engine lists them: without what belongs to a package of the distribution, which answers for it.
    package static func facts(of installed: [InstalledPackage]) -> [PackageFact] {
        installed.lazy.filter { $0.package.type.isOS || $0.ownedBy == nil }.flatMap { facts(of: $0) }
    }

    /// One package at every place where its evidence stands.
    package static func facts(of item: InstalledPackage) -> [PackageFact] {
        let fact = PackageFact(item.package, at: nil)
        guard !fact.isOS, !item.paths.isEmpty else { return [fact] }
        return item.paths.map { fact.located(at: $0) }
    }

    /// A package, and for one that is no distribution's the file that it was read from.
    package init(_ package: Package, at path: String?) {
        var version = package.version
        var release: String?
        // Those of RPM and Alpine end in a release, which Anchore Engine keeps apart; an epoch stays where it is.
        if package.type == .rpm || package.type == .apk, let dash = version.lastIndex(of: "-"),
            dash != version.startIndex
        {
            release = String(version[version.index(after: dash)...])
            version = String(version[..<dash])
        }
        self.init(
            name: package.name,
            version: version,
            release: release,
            type: Self.name(of: package.type),
            isOS: package.type.isOS,
            licenses: package.licenses,
            origin: package.supplier ?? package.source?.name,
            location: package.type.isOS ? "pkgdb" : path.map { Self.place(isPython: package.type == .python, $0) },
            scheme: Self.scheme(of: package.type)
        )
    }

    /// The same package, read from another file.
    package func located(at path: String) -> PackageFact {
        var fact = self
        fact.location = Self.place(isPython: type == PackageType.python.rawValue, path)
        return fact
    }

    /// A package of Python is where its modules are, and no file that describes it.
    private static func place(isPython: Bool, _ path: String) -> String {
        guard isPython else { return path }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let file = parts.popLast() else { return path }
        let isDescription = parts.last.map { $0.hasSuffix(".dist-info") || $0.hasSuffix(".egg-info") } ?? false
        if isDescription { parts.removeLast() }
        guard isDescription || file.hasSuffix(".egg-info") else { return path }
        return parts.count > 1 ? parts.joined(separator: "/") : "/"
    }

    private static func scheme(of type: PackageType) -> VersionScheme? {
        switch type {
        case .deb: .dpkg
        case .rpm: .rpm
        case .apk: .apk
        default: nil
        }
    }

    private static func name(of type: PackageType) -> String {
        switch type {
        case .deb: "dpkg"
        case .apk: "APKG"
        case .java, PackageType(rawValue: "jenkins-plugin"): "java"
        case .go: "go"
        case .phpComposer: "composer"
        case .dotnet: "nuget"
        default: type.rawValue
        }
    }
}
