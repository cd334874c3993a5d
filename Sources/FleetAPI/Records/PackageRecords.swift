package import Reports
package import ScanModel

/// A distinct package version of the fleet.
package struct APIPackage: Sendable {
    package var number: Int
    package var package: Package
    package var distro: Distro?
    package var matches: SeverityCounts

    package init(number: Int, package: Package, distro: Distro?, matches: SeverityCounts = SeverityCounts()) {
        self.number = number
        self.package = package
        self.distro = distro
        self.matches = matches
    }
}

extension APIPackage: APIRecord {
    package static let recordName = "Package"
    package static let fields: [Field<APIPackage>] =
        PackageFields.of { ($0.number, $0.package, $0.distro) } + [
            Field("vulnerabilities", "Open vulnerabilities that touch it, by severity; exceptions are not looked at.") {
                $0.matches
            }
        ]
}

/// A package in an image.
package struct APIHeldPackage: Sendable {
    package var number: Int
    package var package: Package
    package var distro: Distro?
    package var layer: String
    package var licenses: [String]
    package var isOwned: Bool

    package init(number: Int, package: Package, distro: Distro?, layer: String, licenses: [String], isOwned: Bool) {
        self.number = number
        self.package = package
        self.distro = distro
        self.layer = layer
        self.licenses = licenses
        self.isOwned = isOwned
    }
}

extension APIHeldPackage: APIRecord {
    package static let recordName = "ImagePackage"
    package static let fields: [Field<APIHeldPackage>] =
        PackageFields.of { ($0.number, $0.package, $0.distro) } + [
            Field("layer", "The digest of the layer that brought it; empty where unknown.") { $0.layer },
            Field("licenses", "What it declares in this image.") { $0.licenses },
            Field("isOwned", "Whether a package of the distribution owns it and answers for it.") { $0.isOwned },
        ]
}

/// What every package says.
enum PackageFields {
    static func of<Root>(
        _ package: @escaping @Sendable (Root) -> (number: Int, package: Package, distro: Distro?)
    ) -> [Field<Root>] {
        [
            Field("number", "Its number in the fleet.") { package($0).number },
            Field("type", "Its type: deb, npm, java-archive and so on.") { package($0).package.type },
            Field("name", "Its name.") { package($0).package.name },
            Field("version", "Its version.") { package($0).package.version },
            Field("arch", "Its architecture; empty where it has none.") { package($0).package.arch },
            Field("purl", "Its package URL.") { root in
                let found = package(root)
                return found.package.purl(distro: found.distro)
            },
            Field(optional: "source", "The source package, name and version.") {
                package($0).package.source.map { "\($0.name) \($0.version)" }
            },
            Field(optional: "distro", "The distribution that it belongs to, debian-12.") {
                package($0).distro.map { $0.versionID.isEmpty ? $0.id : "\($0.id)-\($0.versionID)" }
            },
        ]
    }
}

/// An image that holds something that was asked for.
package struct APIHolder: Sendable {
    package var number: Int
    package var digest: String
    package var references: [String]
    package var platform: String
    package var layer: String

    package init(number: Int, digest: String, references: [String], platform: String, layer: String) {
        self.number = number
        self.digest = digest
        self.references = references
        self.platform = platform
        self.layer = layer
    }
}

extension APIHolder: APIRecord {
    package static let recordName = "Holder"
    package static let fields: [Field<APIHolder>] = [
        Field("digest", "The image's digest.") { $0.digest },
        Field("references", "The tags that name it now.") { $0.references },
        Field("platform", "os/arch.") { $0.platform },
        Field("layer", "The digest of the layer that brought the package; empty where unknown.") { $0.layer },
    ]
}

/// A package of an export, with its image.
package struct ExportedPackage: Sendable {
    package var image: String
    package var digest: String
    package var platform: String
    package var held: APIHeldPackage

    package init(image: String, digest: String, platform: String, held: APIHeldPackage) {
        self.image = image
        self.digest = digest
        self.platform = platform
        self.held = held
    }

    /// The columns of the export as comma-separated values.
    package static let columns = [
        "image", "digest", "platform", "type", "name", "version", "arch", "purl", "layer", "licenses", "owned",
    ]

    package var values: [String] {
        let package = held.package
        return [
            image, digest, platform, package.type.rawValue, package.name, package.version, package.arch,
            package.purl(distro: held.distro), held.layer, held.licenses.joined(separator: " "), "\(held.isOwned)",
        ]
    }
}

extension ExportedPackage: APIRecord {
    package static let recordName = "ExportedPackage"
    package static let fields: [Field<ExportedPackage>] = [
        Field("image", "registry/repository:tag.") { $0.image },
        Field("digest", "The manifest's digest.") { $0.digest },
        Field("platform", "os/arch.") { $0.platform },
        Field("package", "The package.") { $0.held },
    ]
}
