package import ScanModel

/// A vulnerability in a package of one image.
package struct ImageFinding: Hashable, Sendable, Codable {
    package var id: String
    package var severity: Severity
    /// The CVSS base score, 0 to 10.
    package var cvssScore: Double?
    /// The EPSS probability, 0 to 1.
    package var epss: Double?
    package var kev: Bool
    package var type: PackageType
    package var package: String
    package var version: String
    package var fixState: FixState
    package var fixedVersions: [String]
    /// The blob digest of the layer that brought the package.
    package var layer: String
    /// The day on which the image first had it, `2026-01-31`.
    package var firstSeen: String?
    /// Why it needs no work; `nil` for an open one.
    package var suppression: Suppression?

    package init(
        id: String,
        severity: Severity,
        cvssScore: Double? = nil,
        epss: Double? = nil,
        kev: Bool = false,
        type: PackageType,
        package: String,
        version: String,
        fixState: FixState = .unknown,
        fixedVersions: [String] = [],
        layer: String = "",
        firstSeen: String? = nil,
        suppression: Suppression? = nil
    ) {
        self.id = id
        self.severity = severity
        self.cvssScore = cvssScore
        self.epss = epss
        self.kev = kev
        self.type = type
        self.package = package
        self.version = version
        self.fixState = fixState
        self.fixedVersions = fixedVersions
        self.layer = layer
        self.firstSeen = firstSeen
        self.suppression = suppression
    }
}

/// One layer of an image, lowest first.
package struct ImageLayer: Hashable, Sendable, Codable {
    package var digest: String
    package var diffID: String?
    /// The compressed size.
    package var bytes: Int64
    /// Packages that it brings.
    package var packages: Int
    /// Open findings in those packages.
    package var findings: Int
    /// Images of the fleet that hold the layer.
    package var images: Int

    package init(
        digest: String,
        diffID: String? = nil,
        bytes: Int64 = 0,
        packages: Int = 0,
        findings: Int = 0,
        images: Int = 0
    ) {
        self.digest = digest
        self.diffID = diffID
        self.bytes = bytes
        self.packages = packages
        self.findings = findings
        self.images = images
    }
}

/// A place in one image that could not be looked into.
package struct ImageGap: Hashable, Sendable, Codable {
    /// The blob digest.
    package var layer: String
    /// The entry; empty for the whole layer.
    package var path: String
    package var reason: String

    package init(
        layer: String,
        path: String = "",
        reason: String
    ) {
        self.layer = layer
        self.path = path
        self.reason = reason
    }
}

/// A licence that packages of an image state, alone or in an expression.
package struct ImageLicense: Hashable, Sendable, Codable {
    package struct Package: Hashable, Sendable, Codable {
        package var type: PackageType
        package var name: String
        package var version: String

        package init(type: PackageType, name: String, version: String) {
            self.type = type
            self.name = name
            self.version = version
        }
    }

    /// An SPDX identifier, with its exception where it has one, or what packages call it.
    package var license: String
    package var packages: [Package]

    package init(license: String, packages: [Package]) {
        self.license = license
        self.packages = packages
    }
}

/// `report image REF`: everything known about one image.
package struct ImageReport: Hashable, Sendable, Codable {
    /// `registry/repository:tag`.
    package var image: String
    package var digest: String
    package var platform: String
    package var distro: String
    package var state: ImageOutcome
    package var reason: String
    /// Distinct packages.
    package var packages: Int
    package var findings: [ImageFinding]
    package var coverage: [ImageGap]
    package var layers: [ImageLayer]
    package var licenses: [ImageLicense]
    package var advisories: [ProviderBuild]

    package init(
        image: String,
        digest: String,
        platform: String = "",
        distro: String = "",
        state: ImageOutcome = .analysed,
        reason: String = "",
        packages: Int = 0,
        findings: [ImageFinding] = [],
        coverage: [ImageGap] = [],
        layers: [ImageLayer] = [],
        licenses: [ImageLicense] = [],
        advisories: [ProviderBuild] = []
    ) {
        self.image = image
        self.digest = digest
        self.platform = platform
        self.distro = distro
        self.state = state
        self.reason = reason
        self.packages = packages
        self.findings = findings
        self.coverage = coverage
        self.layers = layers
        self.licenses = licenses
        self.advisories = advisories
    }
}
