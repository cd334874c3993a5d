package import ScanModel

/// A vulnerability of a package in one image.
package struct FindingRecord: Sendable {
    package var id: String
    package var aliases: [String]
    package var severity: Severity
    package var fixedVersions: [String]
    package var willNotFix: Bool
    package var provider: String
    /// CVSS vectors of any version with blanks between.
    package var cvssVectors: String?
    package var package: Package
    package var distro: Distro?
    /// When it was first found here, in seconds since 1970.
    package var detectedAt: Int?
    /// Since when a fix is known here, in seconds since 1970, where there is one.
    package var fixedFrom: Int?
    /// Where the package was read from; `nil` for packages of the distribution.
    package var path: String?

    package init(
        id: String,
        aliases: [String],
        severity: Severity,
        fixedVersions: [String],
        willNotFix: Bool,
        provider: String,
        cvssVectors: String?,
        package: Package,
        distro: Distro?,
        detectedAt: Int? = nil,
        fixedFrom: Int? = nil,
        path: String? = nil
    ) {
        self.id = id
        self.aliases = aliases
        self.severity = severity
        self.fixedVersions = fixedVersions
        self.willNotFix = willNotFix
        self.provider = provider
        self.cvssVectors = cvssVectors
        self.package = package
        self.distro = distro
        self.detectedAt = detectedAt
        self.fixedFrom = fixedFrom
        self.path = path
    }

    package var isOS: Bool { package.type.isOS }

    /// Severities as Anchore spells them.
    package static func spelled(_ severity: Severity) -> String {
        severity.rawValue.prefix(1).uppercased() + severity.rawValue.dropFirst()
    }

    /// The group of the feed, as Anchore names them: `debian:12`, `github:python`, `nvd`.
    package var feedGroup: String {
        if isOS, let distro { return DistroNamespace.name(distro) }
        if id.hasPrefix("GHSA-") { return "github:\(AnchorePackageType.name(package.type))" }
        return provider
    }

    /// Rows of NVD's own data carry their scores as NVD's; others as references.
    private var isFromNVD: Bool { provider == "nvd" }

    /// Providers that give no scores, so that what is kept is NVD's.
    private static let withoutScores: Set<String> = [
        "alpine", "amazon", "arch", "chainguard", "debian", "nvd", "wolfi",
    ]

    /// Whether the scores may be those of whoever published the advisory.
    ///
    /// Of a flaw's vectors it is not known who stated them: they count as NVD's and as the publisher's.
    package var hasVendorScores: Bool { !Self.withoutScores.contains(provider) }

    package var json: JSONValue {
        let cves = ([id] + aliases).filter { $0.hasPrefix("CVE-") }
        let references = isFromNVD ? [id] : cves.uniqued()
        // A flaw without a CVE has the scores that its publisher gives it.
        let isScoredByVendor = references.isEmpty || hasVendorScores && !CVSS3Scores.all(cvssVectors).isEmpty
        return [
            "vuln": .string(id), "package": .string("\(package.name)-\(package.version)"),
            "package_name": .string(package.name), "package_version": .string(package.version),
            "package_type": .string(AnchorePackageType.name(package.type)),
            "package_path": .string(isOS ? "pkgdb" : path ?? "None"), "package_cpe": "None",
            "package_cpe23": .string(package.cpes.first ?? "None"),
            "severity": .string(Self.spelled(severity)),
            "fix": .string(fixedVersions.isEmpty ? "None" : fixedVersions.joined(separator: ",")),
            "url": .string(AdvisoryLink.address(id, distro: isOS ? distro : nil)),
            "feed": "vulnerabilities", "feed_group": .string(feedGroup), "will_not_fix": .bool(willNotFix),
            "nvd_data": .array(references.map(scores)), "vendor_data": isScoredByVendor ? [scores(id)] : [],
        ]
    }

    /// The scores of the flaw as those of `id`, the highest of each version.
    func scores(_ id: String) -> JSONValue {
        let second = (cvssVectors ?? "").split(separator: " ").compactMap { CVSS2Scores(vector: String($0)) }
            .max { $0.base < $1.base }
        let third = CVSS3Scores.all(cvssVectors).max { $0.base < $1.base }
        let none = Self.scores(-1, -1, -1)
        return [
            "id": .string(id),
            "cvss_v2": second.map { Self.scores($0.base, $0.exploitability, $0.impact) } ?? none,
            "cvss_v3": third.map { Self.scores($0.base, $0.exploitability, $0.impact) } ?? none,
        ]
    }

    private static func scores(_ base: Double, _ exploitability: Double, _ impact: Double) -> JSONValue {
        [
            "base_score": .number(base), "exploitability_score": .number(exploitability),
            "impact_score": .number(impact),
        ]
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order of the first.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

/// The names that Anchore has for kinds of packages.
package enum AnchorePackageType {
    /// Anchore's name for packages of a type: its own, else Syft's.
    package static func name(_ type: PackageType) -> String {
        switch type {
        case .deb: "dpkg"
        case .apk: "apkg"
        case .rpm: "rpm"
        case .java: "java"
        case .go: "go"
        case PackageType(rawValue: "dotnet"): "nuget"
        case PackageType(rawValue: "jenkins-plugin"): "java"
        default: type.rawValue
        }
    }

    /// The kinds here that a name of Anchore's stands for.
    package static func types(named name: String) -> [String] {
        switch name.lowercased() {
        case "dpkg", "deb": ["deb"]
        case "apkg", "apk": ["apk"]
        case "java": ["java-archive", "jenkins-plugin"]
        case "go": ["go-module"]
        case "nuget": ["dotnet"]
        case let other: [other]
        }
    }
}

/// The namespaces that distributions' advisories go by.
enum DistroNamespace {
    /// The namespace of a distribution's release, `debian:12`; rebuilds of Red Hat's share its namespace.
    static func name(_ distro: Distro) -> String {
        let parts = distro.versionID.split(separator: ".")
        let version =
            switch distro.id {
            case "alpine", "ubuntu": parts.prefix(2).joined(separator: ".")
            case "": ""
            default: parts.first.map(String.init) ?? ""
            }
        let id = ["centos": "rhel", "rocky": "rhel", "almalinux": "rhel"][distro.id] ?? distro.id
        return version.isEmpty ? "\(id):rolling" : "\(id):\(version)"
    }
}
