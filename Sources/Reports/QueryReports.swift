package import ScanModel

/// An image that holds a vulnerable package.
package struct AffectedImage: Hashable, Sendable, Codable {
    /// `registry/repository:tag`.
    package var image: String
    package var digest: String
    package var type: PackageType
    package var package: String
    package var version: String
    package var fixedVersions: [String]
    /// The blob digest of the layer that brought the package.
    package var layer: String
    /// The day on which the image first had it, `2026-01-31`.
    package var firstSeen: String?
    /// Why it needs no work there; `nil` where it does.
    package var suppression: Suppression?

    package init(
        image: String,
        digest: String = "",
        type: PackageType,
        package: String,
        version: String,
        fixedVersions: [String] = [],
        layer: String = "",
        firstSeen: String? = nil,
        suppression: Suppression? = nil
    ) {
        self.image = image
        self.digest = digest
        self.type = type
        self.package = package
        self.version = version
        self.fixedVersions = fixedVersions
        self.layer = layer
        self.firstSeen = firstSeen
        self.suppression = suppression
    }
}

/// `report vulnerability ID`: the record, and every image that it touches.
package struct VulnerabilityReport: Hashable, Sendable, Codable {
    package var id: String
    package var aliases: [String]
    package var severity: Severity
    /// The CVSS base score, 0 to 10.
    package var cvssScore: Double?
    package var cvssVector: String?
    /// The EPSS probability, 0 to 1.
    package var epss: Double?
    package var kev: Bool
    /// The day of publication, `2026-01-31`.
    package var published: String?
    package var summary: String
    /// Who says so.
    package var providers: [String]
    package var affected: [AffectedImage]
    package var advisories: [ProviderBuild]

    package init(
        id: String,
        aliases: [String] = [],
        severity: Severity = .unknown,
        cvssScore: Double? = nil,
        cvssVector: String? = nil,
        epss: Double? = nil,
        kev: Bool = false,
        published: String? = nil,
        summary: String = "",
        providers: [String] = [],
        affected: [AffectedImage] = [],
        advisories: [ProviderBuild] = []
    ) {
        self.id = id
        self.aliases = aliases
        self.severity = severity
        self.cvssScore = cvssScore
        self.cvssVector = cvssVector
        self.epss = epss
        self.kev = kev
        self.published = published
        self.summary = summary
        self.providers = providers
        self.affected = affected
        self.advisories = advisories
    }
}

/// An image that holds a version of the package asked about.
package struct PackageHolder: Hashable, Sendable, Codable {
    /// `registry/repository:tag`.
    package var image: String
    package var digest: String
    package var distro: String
    /// The blob digest of the layer that brought the package.
    package var layer: String
    /// What the package declares in this image, sorted: SPDX expressions where they are recognised.
    package var licenses: [String]

    package init(
        image: String,
        digest: String = "",
        distro: String = "",
        layer: String = "",
        licenses: [String] = []
    ) {
        self.image = image
        self.digest = digest
        self.distro = distro
        self.layer = layer
        self.licenses = licenses
    }
}

/// One version of the package asked about.
package struct PackageVersion: Hashable, Sendable, Codable {
    package var type: PackageType
    package var version: String
    /// Open vulnerabilities that touch it, by severity.
    package var severities: SeverityCounts
    /// Vulnerabilities that are suppressed in every image with it.
    package var suppressed: Int
    package var images: [PackageHolder]

    package init(
        type: PackageType,
        version: String,
        severities: SeverityCounts = SeverityCounts(),
        suppressed: Int = 0,
        images: [PackageHolder] = []
    ) {
        self.type = type
        self.version = version
        self.severities = severities
        self.suppressed = suppressed
        self.images = images
    }
}

/// `report package NAME[@VERSION]`: its versions in the fleet, and who holds them.
package struct PackageReport: Hashable, Sendable, Codable {
    package var name: String
    package var versions: [PackageVersion]

    package init(
        name: String,
        versions: [PackageVersion] = []
    ) {
        self.name = name
        self.versions = versions
    }
}
