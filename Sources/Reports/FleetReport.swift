/// The state of a whole fleet: what every renderer of the nightly report reads.
///
/// It holds no clock, run or duration, and its arrays are sorted when it is made: the same fleet with the same
/// advisories gives the same bytes, in whatever order the facts arrived.
package struct FleetReport: Hashable, Sendable {
    /// The schema that `report.json` declares.
    package static let schema = "tallyman.report/1"

    /// The advisories that the findings come from; empty means that nothing was matched, which every report says first.
    package let advisories: [ProviderBuild]
    package let totals: FleetTotals
    /// By reference, then platform and digest.
    package let images: [ImageRow]
    /// Most pressing first: known exploited, then EPSS, then severity, then identifier.
    package let vulnerabilities: [VulnerabilityRow]
    /// Worst first.
    package let packages: [PackageRow]
    package let coverage: [CoverageRow]
    package let failures: [FailureRow]
    /// By number of images.
    package let distros: [DistroRow]
    /// `nil` for a first report, which has nothing to be compared with.
    package let delta: FleetDelta?

    package init(
        advisories: [ProviderBuild],
        totals: FleetTotals,
        images: [ImageRow] = [],
        vulnerabilities: [VulnerabilityRow] = [],
        packages: [PackageRow] = [],
        coverage: [CoverageRow] = [],
        failures: [FailureRow] = [],
        distros: [DistroRow] = [],
        delta: FleetDelta? = nil
    ) {
        self.advisories = advisories.inReportOrder()
        self.totals = totals
        self.images = images.inReportOrder()
        self.vulnerabilities = vulnerabilities.map { $0.inReportOrder() }.inReportOrder()
        self.packages = packages.inReportOrder()
        self.coverage = coverage.inReportOrder()
        self.failures = failures.inReportOrder()
        self.distros = distros.inReportOrder()
        self.delta = delta?.inReportOrder()
    }
}

extension FleetReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case schema, advisories, totals, images, vulnerabilities, packages, coverage, failures, distros, delta
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let schema = try container.decode(String.self, forKey: .schema)
        guard schema == Self.schema else {
            throw DecodingError.dataCorruptedError(
                forKey: .schema,
                in: container,
                debugDescription: "expected \(Self.schema), found \(schema.prefix(80))"
            )
        }
        self.init(
            advisories: try container.decode([ProviderBuild].self, forKey: .advisories),
            totals: try container.decode(FleetTotals.self, forKey: .totals),
            images: try container.decode([ImageRow].self, forKey: .images),
            vulnerabilities: try container.decode([VulnerabilityRow].self, forKey: .vulnerabilities),
            packages: try container.decode([PackageRow].self, forKey: .packages),
            coverage: try container.decode([CoverageRow].self, forKey: .coverage),
            failures: try container.decode([FailureRow].self, forKey: .failures),
            distros: try container.decode([DistroRow].self, forKey: .distros),
            delta: try container.decodeIfPresent(FleetDelta.self, forKey: .delta)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(advisories, forKey: .advisories)
        try container.encode(totals, forKey: .totals)
        try container.encode(images, forKey: .images)
        try container.encode(vulnerabilities, forKey: .vulnerabilities)
        try container.encode(packages, forKey: .packages)
        try container.encode(coverage, forKey: .coverage)
        try container.encode(failures, forKey: .failures)
        try container.encode(distros, forKey: .distros)
        try container.encodeIfPresent(delta, forKey: .delta)
    }
}
