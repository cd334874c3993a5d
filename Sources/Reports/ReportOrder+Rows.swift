import ScanModel

extension ProviderBuild: ReportOrdered {
    static func precedes(_ left: ProviderBuild, _ right: ProviderBuild) -> Bool? {
        ascending(left.provider, right.provider) ?? ascending(left.build, right.build)
    }
}

extension ImageRow: ReportOrdered {
    static func precedes(_ left: ImageRow, _ right: ImageRow) -> Bool? {
        ascending(left.registry, right.registry) ?? ascending(left.repository, right.repository)
            ?? ascending(left.tag, right.tag) ?? ascending(left.platform, right.platform)
            ?? ascending(left.digest, right.digest)
    }
}

extension AffectedPackage: ReportOrdered {
    static func precedes(_ left: AffectedPackage, _ right: AffectedPackage) -> Bool? {
        ascending(left.type, right.type) ?? ascending(left.name, right.name) ?? ascending(left.version, right.version)
    }
}

extension VulnerabilityRow: ReportOrdered {
    static func precedes(_ left: VulnerabilityRow, _ right: VulnerabilityRow) -> Bool? {
        flagFirst(!left.isSuppressed, !right.isSuppressed) ?? flagFirst(left.kev, right.kev)
            ?? scoreFirst(left.epss, right.epss) ?? descending(left.severity, right.severity)
            ?? ascending(left.id, right.id)
    }

    /// The row with its own lists sorted.
    func inReportOrder() -> VulnerabilityRow {
        var row = self
        row.suppressions = suppressions.inReportOrder()
        row.aliases.sort { ascending($0, $1) ?? false }
        row.packages = packages.map { package in
            var package = package
            package.fixedVersions.sort { ascending($0, $1) ?? false }
            return package
        }.inReportOrder()
        return row
    }
}

extension Suppression: ReportOrdered {
    static func precedes(_ left: Suppression, _ right: Suppression) -> Bool? {
        ascending(left.status.rawValue, right.status.rawValue) ?? ascending(left.why, right.why)
            ?? ascending(left.source, right.source)
    }
}

extension PackageRow: ReportOrdered {
    static func precedes(_ left: PackageRow, _ right: PackageRow) -> Bool? {
        worseFirst(left.severities, right.severities) ?? descending(left.imageCount, right.imageCount)
            ?? ascending(left.type, right.type) ?? ascending(left.name, right.name)
            ?? ascending(left.version, right.version)
    }
}

extension DistroRow: ReportOrdered {
    static func precedes(_ left: DistroRow, _ right: DistroRow) -> Bool? {
        descending(left.images, right.images) ?? ascending(left.distro, right.distro)
    }
}

extension CoverageRow: ReportOrdered {
    static func precedes(_ left: CoverageRow, _ right: CoverageRow) -> Bool? {
        descending(left.images, right.images) ?? ascending(left.layer, right.layer) ?? ascending(left.path, right.path)
            ?? ascending(left.reason, right.reason)
    }
}

extension FailureRow: ReportOrdered {
    static func precedes(_ left: FailureRow, _ right: FailureRow) -> Bool? {
        ascending(left.state.rawValue, right.state.rawValue) ?? ascending(left.image, right.image)
            ?? ascending(left.reason, right.reason)
    }
}

extension DeltaRow: ReportOrdered {
    static func precedes(_ left: DeltaRow, _ right: DeltaRow) -> Bool? {
        flagFirst(left.kev, right.kev) ?? scoreFirst(left.epss, right.epss)
            ?? descending(left.severity, right.severity) ?? ascending(left.id, right.id)
            ?? ascending(left.type, right.type) ?? ascending(left.package, right.package)
            ?? ascending(left.version, right.version)
    }
}

extension FleetDelta {
    /// The delta with every list sorted.
    func inReportOrder() -> FleetDelta {
        func ordered(_ rows: [DeltaRow]) -> [DeltaRow] {
            rows.map { row in
                var row = row
                row.fixedVersions.sort { ascending($0, $1) ?? false }
                return row
            }.inReportOrder()
        }
        return FleetDelta(
            since: since,
            new: ordered(new),
            fixed: ordered(fixed),
            gone: ordered(gone),
            stillOpen: ordered(stillOpen),
            reopened: ordered(reopened),
            suppressed: ordered(suppressed)
        )
    }
}

extension AffectedImage: ReportOrdered {
    static func precedes(_ left: AffectedImage, _ right: AffectedImage) -> Bool? {
        ascending(left.image, right.image) ?? ascending(left.type, right.type)
            ?? ascending(left.package, right.package) ?? ascending(left.version, right.version)
            ?? ascending(left.digest, right.digest)
    }

    /// The row with its own lists sorted.
    func inReportOrder() -> AffectedImage {
        var row = self
        row.fixedVersions.sort { ascending($0, $1) ?? false }
        return row
    }
}

extension PackageHolder: ReportOrdered {
    static func precedes(_ left: PackageHolder, _ right: PackageHolder) -> Bool? {
        ascending(left.image, right.image) ?? ascending(left.digest, right.digest)
    }
}

extension PackageVersion: ReportOrdered {
    static func precedes(_ left: PackageVersion, _ right: PackageVersion) -> Bool? {
        ascending(left.type, right.type) ?? descending(left.images.count, right.images.count)
            ?? ascending(left.version, right.version)
    }
}

extension ImageFinding: ReportOrdered {
    static func precedes(_ left: ImageFinding, _ right: ImageFinding) -> Bool? {
        flagFirst(left.kev, right.kev) ?? scoreFirst(left.epss, right.epss)
            ?? descending(left.severity, right.severity) ?? ascending(left.id, right.id)
            ?? ascending(left.type, right.type) ?? ascending(left.package, right.package)
            ?? ascending(left.version, right.version)
    }

    /// The row with its own lists sorted.
    func inReportOrder() -> ImageFinding {
        var row = self
        row.fixedVersions.sort { ascending($0, $1) ?? false }
        return row
    }
}

extension ImageLicense: ReportOrdered {
    static func precedes(_ left: ImageLicense, _ right: ImageLicense) -> Bool? {
        ascending(left.license, right.license)
    }
}

extension ImageLicense.Package: ReportOrdered {
    static func precedes(_ left: ImageLicense.Package, _ right: ImageLicense.Package) -> Bool? {
        ascending(left.type, right.type) ?? ascending(left.name, right.name) ?? ascending(left.version, right.version)
    }
}

extension ImageGap: ReportOrdered {
    static func precedes(_ left: ImageGap, _ right: ImageGap) -> Bool? {
        ascending(left.layer, right.layer) ?? ascending(left.path, right.path)
            ?? ascending(left.reason, right.reason)
    }
}
