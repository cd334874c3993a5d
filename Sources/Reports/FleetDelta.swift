package import ScanModel

/// A vulnerability in a package version that changed, or stayed, since the earlier report.
package struct DeltaRow: Hashable, Sendable, Codable {
    package var id: String
    package var severity: Severity
    package var kev: Bool
    /// The EPSS probability, 0 to 1.
    package var epss: Double?
    package var type: PackageType
    package var package: String
    package var version: String
    package var fixedVersions: [String]
    /// Images that it concerns.
    package var imageCount: Int
    /// The day on which the fleet first had it, `2026-01-31`.
    package var firstSeen: String?

    package init(
        id: String,
        severity: Severity = .unknown,
        kev: Bool = false,
        epss: Double? = nil,
        type: PackageType,
        package: String,
        version: String,
        fixedVersions: [String] = [],
        imageCount: Int = 0,
        firstSeen: String? = nil
    ) {
        self.id = id
        self.severity = severity
        self.kev = kev
        self.epss = epss
        self.type = type
        self.package = package
        self.version = version
        self.fixedVersions = fixedVersions
        self.imageCount = imageCount
        self.firstSeen = firstSeen
    }
}

/// What changed since an earlier report.
///
/// A finding counts as fixed when its image still exists without it, as gone when its images left the fleet.
package struct FleetDelta: Hashable, Sendable, Codable {
    /// What the fleet is compared with, for people: `2026-01-30` or `run 41`.
    package var since: String
    package var new: [DeltaRow]
    package var fixed: [DeltaRow]
    package var gone: [DeltaRow]
    package var stillOpen: [DeltaRow]
    package var reopened: [DeltaRow]
    /// Suppressed in every image.
    package var suppressed: [DeltaRow]

    package init(
        since: String,
        new: [DeltaRow] = [],
        fixed: [DeltaRow] = [],
        gone: [DeltaRow] = [],
        stillOpen: [DeltaRow] = [],
        reopened: [DeltaRow] = [],
        suppressed: [DeltaRow] = []
    ) {
        self.since = since
        self.new = new
        self.fixed = fixed
        self.gone = gone
        self.stillOpen = stillOpen
        self.reopened = reopened
        self.suppressed = suppressed
    }
}
