package import ScanModel

/// What `image content` can be asked for.
package enum ContentType: String, Sendable, CaseIterable {
    case os, files, npm, gem, python, java, malware, binary, go, nuget, php, rust, kernel

    /// The types that the list of them names.
    package static let listed = allCases.map(\.rawValue)

    /// The kinds of packages of this type; empty for what is no package.
    package var packages: [String] {
        switch self {
        case .os: ["deb", "apk", "rpm", "alpm", "portage"]
        case .npm: ["npm"]
        case .gem: ["gem"]
        case .python: ["python"]
        case .java: ["java-archive", "jenkins-plugin"]
        case .go: ["go-module"]
        case .binary: ["binary"]
        case .nuget: ["dotnet"]
        case .php: ["php-composer", "php-pear", "php-pecl"]
        case .rust: ["rust-crate"]
        case .kernel: ["linux-kernel", "linux-kernel-module"]
        case .files, .malware: []
        }
    }

    /// The content of this type, of packages or files of an image; `files` is for those types that are about files.
    ///
    /// What belongs to a package of the distribution, which answers for it, is there only `withOwned`.
    package func content(
        _ packages: [InstalledPackage],
        files: ImageFiles?,
        withOwned: Bool = false
    ) -> JSONValue {
        switch self {
        case .files: .array(files?.entries.map(FileRecords.entry) ?? [])
        case .malware: FileRecords.malware(files)
        default:
            .array(
                packages.filter {
                    self.packages.contains($0.package.type.rawValue)
                        && (withOwned || $0.package.type.isOS || $0.ownedBy == nil)
                }.map(record)
            )
        }
    }

    private func record(_ item: InstalledPackage) -> JSONValue {
        switch self {
        case .os: Self.osRecord(item)
        case .java: Self.javaRecord(item)
        default: Self.languageRecord(item)
        }
    }

    private static func osRecord(_ item: InstalledPackage) -> JSONValue {
        let package = item.package
        return [
            "package": .string(package.name), "version": .string(package.version),
            "type": .string(package.type == .apk ? "APKG" : AnchorePackageType.name(package.type)),
            "licenses": .strings(package.licenses.isEmpty ? ["Unknown"] : package.licenses),
            "license": .string(package.licenses.isEmpty ? "Unknown" : package.licenses.joined(separator: " ")),
            "origin": .string(origin(package)), "size": .string(package.installedBytes.map { "\($0)" } ?? "N/A"),
            "sourcepkg": .string(sourcePackage(package)), "cpes": .strings(package.cpes),
        ]
    }

    /// Who answers for a package of the distribution, with Anchore's word for what Debian has of that.
    private static func origin(_ package: Package) -> String {
        guard let supplier = package.supplier else { return "N/A" }
        return package.type == .deb ? "\(supplier) (maintainer)" : supplier
    }

    /// What it was built from, as Anchore names that: for rpm by a file, in whose name there is no epoch; for Debian with
    /// its version, where that is another package.
    private static func sourcePackage(_ package: Package) -> String {
        switch package.type {
        case .rpm:
            guard let source = package.source else { return "N/A" }
            return "\(source.name)-\(source.version.split(separator: ":").last ?? "").src.rpm"
        case .deb:
            let own = SourcePackage(name: package.name, version: package.version)
            guard let source = package.source, source != own else { return "N/A" }
            return "\(source.name)-\(source.version)"
        default: return package.source?.name ?? package.name
        }
    }

    private static func languageRecord(_ item: InstalledPackage) -> JSONValue {
        let package = item.package
        return [
            "package": .string(package.name), "version": .string(package.version),
            "location": .string(item.paths.first ?? "/"),
            "type": .string(AnchorePackageType.name(package.type).uppercased()),
            "licenses": .strings(package.licenses.isEmpty ? ["Unknown"] : package.licenses),
            "license": .string(package.licenses.isEmpty ? "Unknown" : package.licenses.joined(separator: " ")),
            "origin": .string(package.supplier ?? "Unknown"), "cpes": .strings(package.cpes),
        ]
    }

    private static func javaRecord(_ item: InstalledPackage) -> JSONValue {
        let package = item.package
        let path = item.paths.first ?? "/"
        let suffix = path.split(separator: ".").last.map { $0.uppercased() } ?? "JAR"
        return [
            "package": .string(package.name), "version": .string(package.version),
            "specification-version": .string(package.version), "implementation-version": .string(package.version),
            "maven-version": .string(package.group == nil ? "N/A" : package.version),
            "origin": .string(package.group ?? "N/A"), "location": .string(path),
            "type": .string("JAVA-\(["WAR", "EAR", "HPI", "JPI", "PAR", "SAR"].contains(suffix) ? suffix : "JAR")"),
            "licenses": .strings(package.licenses.isEmpty ? ["Unknown"] : package.licenses),
            "cpes": .strings(package.cpes), "metadata": javaMetadata(package),
        ]
    }

    /// What Anchore puts together again of the file that Maven leaves in an archive.
    private static func javaMetadata(_ package: Package) -> JSONValue {
        guard let group = package.group else { return [:] }
        let lines = ["", "groupId=\(group)", "artifactId=\(package.name)", "version=\(package.version)", ""]
        return ["pom.properties": .string(lines.joined(separator: "\n"))]
    }
}

/// Documents that come with an image, sent in Base64.
package enum MetadataType: String, Sendable, CaseIterable {
    case manifest
    case dockerHistory = "docker_history"
    case dockerfile

    package static let listed = allCases.map(\.rawValue)
}
