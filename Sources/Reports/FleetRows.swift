package import ScanModel

/// A package version that many images hold.
package struct PackageRow: Hashable, Sendable, Codable {
    package var type: PackageType
    package var name: String
    package var version: String
    package var imageCount: Int
    /// Open vulnerabilities that touch it, by severity.
    package var severities: SeverityCounts
    /// Vulnerabilities that are suppressed in it, wherever it is.
    package var suppressed: Int

    package init(
        type: PackageType,
        name: String,
        version: String,
        imageCount: Int = 0,
        severities: SeverityCounts = SeverityCounts(),
        suppressed: Int = 0
    ) {
        self.type = type
        self.name = name
        self.version = version
        self.imageCount = imageCount
        self.severities = severities
        self.suppressed = suppressed
    }
}

/// One distribution release in the fleet.
package struct DistroRow: Hashable, Sendable, Codable {
    /// `debian-12`; empty for images without a distribution.
    package var distro: String
    package var images: Int
    package var findings: SeverityCounts
    /// The last day of the ordinary support, `YYYY-MM-DD`; absent where nothing is known.
    package var endOfLife: String?

    package init(
        distro: String,
        images: Int = 0,
        findings: SeverityCounts = SeverityCounts(),
        endOfLife: String? = nil
    ) {
        self.distro = distro
        self.images = images
        self.findings = findings
        self.endOfLife = endOfLife
    }
}

/// A place that no analyzer could look into: it never passes for clean.
package struct CoverageRow: Hashable, Sendable, Codable {
    /// The blob digest.
    package var layer: String
    /// The entry; empty for the whole layer.
    package var path: String
    package var reason: String
    /// Images that hold the layer.
    package var images: Int

    package init(
        layer: String,
        path: String = "",
        reason: String,
        images: Int = 0
    ) {
        self.layer = layer
        self.path = path
        self.reason = reason
        self.images = images
    }
}

/// An image that the report does not cover, and why.
package struct FailureRow: Hashable, Sendable, Codable {
    package var image: String
    package var state: ImageOutcome
    package var reason: String

    package init(
        image: String,
        state: ImageOutcome,
        reason: String
    ) {
        self.image = image
        self.state = state
        self.reason = reason
    }
}
