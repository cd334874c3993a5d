/// A kind of package, named as Syft names it.
package struct PackageType: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let deb = PackageType(rawValue: "deb")
    package static let apk = PackageType(rawValue: "apk")
    package static let rpm = PackageType(rawValue: "rpm")
    package static let python = PackageType(rawValue: "python")
    package static let npm = PackageType(rawValue: "npm")
    package static let gem = PackageType(rawValue: "gem")
    package static let java = PackageType(rawValue: "java-archive")
    package static let go = PackageType(rawValue: "go-module")
    package static let phpComposer = PackageType(rawValue: "php-composer")
    package static let phpPEAR = PackageType(rawValue: "php-pear")
    package static let phpPECL = PackageType(rawValue: "php-pecl")
    package static let binary = PackageType(rawValue: "binary")
    package static let linuxKernel = PackageType(rawValue: "linux-kernel")
    package static let linuxKernelModule = PackageType(rawValue: "linux-kernel-module")

    /// Whether a distribution's package manager installed it.
    package var isOS: Bool { Self.osTypes.contains(self) }

    private static let osTypes: Set<PackageType> = [.deb, .apk, .rpm, .alpm, .portage]

    package static func < (left: PackageType, right: PackageType) -> Bool { left.rawValue < right.rawValue }
}

/// The source that a binary package was built from; distributions file their advisories under it.
package struct SourcePackage: Hashable, Sendable, Codable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

/// One package as a piece of evidence states it, before it is placed in an image.
package struct Package: Hashable, Sendable, Codable {
    package var type: PackageType
    package var name: String
    /// The full version, with epoch where the ecosystem has one (`1:2.3-4`); never empty, and ``unknownVersion`` where
    /// what is there states none.
    package var version: String
    /// The architecture, or a gem's platform, as the package manager spells it; empty where there is none.
    package var arch: String
    /// What the distribution built it from; `nil` for language packages.
    package var source: SourcePackage?
    /// Licences as declared, sorted, without duplicates.
    package var licenses: [String]
    /// The namespace that the ecosystem keeps apart from the name: a Maven group, a PEAR channel, the host and owner of a
    /// Swift repository, a binary's purl namespace, the distribution of a package that is none of its image's (in snaps);
    /// otherwise `nil`.
    package var group: String?
    /// RPM: the modularity label, `name:stream:version:context`; otherwise `nil`.
    package var module: String?
    /// Hashes of the one file that the package is or came as, sorted, at most one of each algorithm.
    package var hashes: [FileHash]
    /// Who answers for a distribution's package: its maintainer or vendor, `Name <mail@example>`; otherwise `nil`.
    package var supplier: String?
    /// Bytes that it takes installed, as its package manager's database states them; otherwise `nil`.
    package var installedBytes: Int64?

    package init(
        type: PackageType,
        name: String,
        version: String,
        arch: String = "",
        source: SourcePackage? = nil,
        licenses: [String] = [],
        group: String? = nil,
        module: String? = nil,
        hashes: [FileHash] = [],
        supplier: String? = nil,
        installedBytes: Int64? = nil
    ) {
        self.type = type
        self.name = name
        self.version = version
        self.arch = arch
        self.source = source
        self.licenses = licenses
        self.group = group
        self.module = module
        self.hashes = hashes
        self.supplier = supplier
        self.installedBytes = installedBytes
    }
}

extension Package {
    /// Stands in the place of a version that a package does not state, as Syft has it: no package URL says it, and
    /// nothing is matched with it.
    package static let unknownVersion = "UNKNOWN"

    /// Whether the package says which version it is.
    package var hasVersion: Bool { version != Self.unknownVersion }

    /// Reads also what was written before packages had hashes.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            type: try values.decode(PackageType.self, forKey: .type),
            name: try values.decode(String.self, forKey: .name),
            version: try values.decode(String.self, forKey: .version),
            arch: try values.decode(String.self, forKey: .arch),
            source: try values.decodeIfPresent(SourcePackage.self, forKey: .source),
            licenses: try values.decode([String].self, forKey: .licenses),
            group: try values.decodeIfPresent(String.self, forKey: .group),
            module: try values.decodeIfPresent(String.self, forKey: .module),
            hashes: try values.decodeIfPresent([FileHash].self, forKey: .hashes) ?? [],
            supplier: try values.decodeIfPresent(String.self, forKey: .supplier),
            installedBytes: try values.decodeIfPresent(Int64.self, forKey: .installedBytes)
        )
    }

    /// The package without what evidence files may state differently of the same package: licences, hashes, supplier, size.
    package var identity: Package {
        var bare = self
        bare.licenses = []
        bare.hashes = []
        bare.supplier = nil
        bare.installedBytes = nil
        return bare
    }
}

/// A Linux distribution as its os-release states it (os-release(5)).
package struct Distro: Hashable, Sendable, Codable {
    /// `ID`, lower case: `debian`, `alpine`, `rhel`.
    package var id: String
    /// `VERSION_ID`; empty for rolling releases.
    package var versionID: String
    /// `PRETTY_NAME`, or the best there is.
    package var name: String
    /// `ID_LIKE`, nearest first.
    package var idLike: [String]
    /// `VERSION_CODENAME`, or what a derivative states of the release that it is built from.
    package var codename: String?

    package init(id: String, versionID: String, name: String, idLike: [String] = [], codename: String? = nil) {
        self.id = id
        self.versionID = versionID
        self.name = name
        self.idLike = idLike
        self.codename = codename
    }
}
