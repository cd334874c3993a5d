import AnchoreAPI
import Policy
import ScanModel
import Versions

extension PolicySubject {
    /// The image as the engine of policies takes it; what analyses do not record yet is said to be missing.
    var facts: ImageFacts {
        let config = documents.flatMap { try? JSONReader.read($0.config) }  // an odd one states nothing
        var facts = ImageFacts()
        facts.imageID = imageID
        facts.digest = digest
        facts.metadata = metadata(config)
        facts.dockerfile = dockerfileFacts(config)
        facts.packages = .collected(packages.map(Self.fact))
        facts.add(files, remedy: "see `tallyman fleet collect`")
        facts.vulnerabilities = .collected(findings.map(Self.fact))
        facts.advisories = .collected(
            AdvisoryFacts(
                namespace: distro.map { "\($0.id):\($0.versionID)" } ?? "None:None",
                hasDistroRecords: hasDistroAdvisories,
                oldestSync: oldestSync.map { PolicyInstant(seconds: Int64($0)) }
            )
        )
        return facts
    }

    private func metadata(_ config: JSONValue?) -> MetadataFacts {
        var metadata = MetadataFacts()
        metadata.size = Int64(size)
        metadata.architecture = architecture
        metadata.operatingSystem = config?["os"]?.string ?? "linux"
        metadata.distro = distro?.id
        metadata.distroVersion = distro?.versionID
        metadata.likeDistro = distro.map { $0.idLike.isEmpty ? $0.id : $0.idLike.joined(separator: ",") }
        metadata.layerCount = layers.count
        let execution = config?["config"]
        for label in execution?["Labels"]?.members ?? [] { metadata.labels[label.name] = label.value.string ?? "" }
        metadata.exposedPorts = (execution?["ExposedPorts"]?.members ?? []).map(\.name)
        metadata.user = execution?["User"]?.string
        metadata.environment = (execution?["Env"]?.array ?? []).compactMap(\.string)
        return metadata
    }

    private func dockerfileFacts(_ config: JSONValue?) -> Collected<DockerfileFacts> {
        if let dockerfile { return .collected(DockerfileFacts(mode: .actual, text: dockerfile)) }
        guard let config else { return .notCollected("the image's configuration is not known") }
        let execution = config["config"]
        return .collected(
            GuessedDockerfile.facts(
                history: (config["history"]?.array ?? []).compactMap { $0["created_by"]?.string },
                stated: GuessedDockerfile.Stated(
                    user: execution?["User"]?.string,
                    exposedPorts: (execution?["ExposedPorts"]?.members ?? []).map(\.name),
                    hasHealthcheck: execution?["Healthcheck"] != nil
                )
            )
        )
    }

    private static func fact(_ item: InstalledPackage) -> PackageFact { fact(item.package, path: item.paths.first) }

    private static func fact(_ package: Package, path: String?) -> PackageFact {
        var version = package.version
        var release: String?
        // Those of RPM and Alpine end in a release, which Anchore keeps apart.
        if [.rpm, .apk].contains(package.type), let dash = version.lastIndex(of: "-") {
            release = String(version[version.index(after: dash)...])
            version = String(version[..<dash])
            if package.type == .rpm, let colon = version.firstIndex(of: ":") {
                version = String(version[version.index(after: colon)...])
            }
        }
        return PackageFact(
            name: package.name,
            version: version,
            release: release,
            type: AnchorePackageType.name(package.type),
            isOS: package.type.isOS,
            licenses: package.licenses,
            origin: package.supplier,
            location: package.type.isOS ? "pkgdb" : path,
            scheme: scheme(package.type)
        )
    }

    private static func scheme(_ type: PackageType) -> VersionScheme? {
        switch type {
        case .deb: .dpkg
        case .rpm: .rpm
        case .apk: .apk
        default: nil
        }
    }

    private static func fact(_ finding: FindingRecord) -> VulnerabilityFact {
        let scores = CVSS3Scores(vector: finding.cvssVector).map {
            [
                VulnerabilityFact.Scores(
                    version: "3.1",
                    base: $0.base,
                    exploitability: $0.exploitability,
                    impact: $0.impact
                )
            ]
        }
        return VulnerabilityFact(
            id: finding.id,
            aliases: finding.aliases,
            severity: PolicySeverity(rawValue: finding.severity.rawValue) ?? .unknown,
            link: AdvisoryLink.address(finding.id, distro: finding.isOS ? finding.distro : nil),
            package: fact(finding.package, path: finding.path),
            fixedVersions: finding.fixedVersions,
            willNotFix: finding.willNotFix,
            detected: finding.detectedAt.map { PolicyInstant(seconds: Int64($0)) },
            nvdScores: scores ?? []
        )
    }
}
