import AnchoreAPI
import ImageInventory
import Policy
import ScanModel
import Store

/// An image that policies are asked about, with what is stored about it.
struct PolicySubject {
    let record: ImageRecord
    let stored: EvaluationMaterial.Image
    let content: Content
    let documents: ImageDocuments?

    /// What its layers come to: all of the facts that do not wait for its findings.
    struct Content: Sendable {
        /// What its packages come to.
        struct Packages: Sendable {
            let inventory: Inventory
            let facts: [PackageFact]
            let places: PackagePlaces

            /// CPU work.
            init(_ layers: [AnalysedLayer]) {
                inventory = InventoryFold.fold(layers)
                facts = PackageFact.facts(of: inventory.packages)
                places = PackagePlaces(inventory)
            }
        }

        let packages: Packages
        /// Bytes of its layers, decompressed.
        let size: Int64
        /// `nil` where no rule asks.
        let files: ImageFiles?
    }
}

extension PolicySubject {
    /// The image as the engine of policies takes it, without its findings and advisories.
    ///
    /// What analyses do not record yet is said to be missing. CPU work.
    func facts() -> ImageFacts {
        let config = documents.flatMap { try? JSONReader.read($0.config) }  // an odd one states nothing
        var facts = ImageFacts()
        facts.imageID = record.imageID
        facts.digest = record.digest
        facts.metadata = metadata(config)
        facts.dockerfile = dockerfileFacts(config)
        facts.packages = .collected(content.packages.facts)
        if let files = content.files { facts.add(files, remedy: "see `tallyman fleet collect`") }
        return facts
    }

    /// The findings and advisories of the image, in `facts` of it; CPU work.
    func add(_ places: [Int], of findings: SharedFindings, oldestSync: Int?, to facts: inout ImageFacts) {
        facts.vulnerabilities = .collected(findings.facts(places, at: content.packages.places))
        facts.advisories = .collected(
            AdvisoryFacts(
                namespace: facts.metadata.namespace,
                hasDistroRecords: stored.hasDistroAdvisories,
                oldestSync: oldestSync.map { PolicyInstant(seconds: Int64($0)) }
            )
        )
    }

    private func metadata(_ config: JSONValue?) -> MetadataFacts {
        var metadata = MetadataFacts()
        metadata.size = content.size
        metadata.architecture = record.architecture
        metadata.operatingSystem = config?["os"]?.string ?? "linux"
        metadata.state(content.packages.inventory)
        metadata.layerCount = stored.layers.count
        let execution = config?["config"]
        for label in execution?["Labels"]?.members ?? [] { metadata.labels[label.name] = label.value.string ?? "" }
        metadata.exposedPorts = (execution?["ExposedPorts"]?.members ?? []).map(\.name)
        metadata.user = execution?["User"]?.string
        metadata.environment = (execution?["Env"]?.array ?? []).compactMap(\.string)
        return metadata
    }

    private func dockerfileFacts(_ config: JSONValue?) -> Collected<DockerfileFacts> {
        if let dockerfile = stored.dockerfile {
            return .collected(DockerfileFacts(mode: .actual, text: String(decoding: dockerfile, as: UTF8.self)))
        }
        guard let config else { return .notCollected("the image's configuration is not known") }
        let execution = config["config"]
        return .collected(
            GuessedDockerfile.facts(
                history: (config["history"]?.array ?? []).compactMap { $0["created_by"]?.string },
                stated: GuessedDockerfile.Stated(
                    user: execution?["User"]?.string,
                    exposedPorts: (execution?["ExposedPorts"]?.members ?? []).map(\.name),
                    hasHealthcheck: execution?["Healthcheck"].map {
                        $0["Test"]?.array?.first?.string != "NONE"
                    } ?? false,
                    environment: (execution?["Env"]?.array ?? []).compactMap(\.string)
                )
            )
        )
    }
}

/// The findings of a batch of images as rules take them, made once for all of its images.
struct SharedFindings: Sendable {
    /// Each without a place in an image.
    private let facts: [VulnerabilityFact?]
    /// The names of their packages.
    private let fingerprints: [[UInt8]]

    /// Of findings by what rules take of their packages, by the packages' numbers.
    init(_ findings: [SharedFinding], _ known: [Int: [VulnerabilityFact]]) {
        facts = findings.map { finding in
            guard let facts = known[finding.matches.key.package], facts.indices.contains(finding.place) else {
                return nil
            }
            return facts[finding.place]
        }
        fingerprints = findings.map(\.matches.fingerprint)
    }

    /// What rules take of packages' matches, in their order; `withScores` says whether they look at scores.
    static func facts(
        of packages: [PackageMatches],
        withScores: Bool
    ) -> [(PackageMatches, [VulnerabilityFact])] {
        var scores: [String: [VulnerabilityFact.Scores]] = [:]
        return packages.map { matches in
            guard let first = matches.records.first else { return (matches, []) }
            let package = PackageFact(first.package, at: nil)
            let facts = matches.records.map { record in
                guard withScores, let vectors = record.cvssVectors else {
                    return VulnerabilityFact(record, package, scores: [])
                }
                let known = scores[vectors] ?? Self.scores(of: vectors)
                scores[vectors] = known
                return VulnerabilityFact(record, package, scores: known)
            }
            return (matches, facts)
        }
    }

    /// The findings at `places`, each where its package is in the image.
    func facts(_ places: [Int], at packages: PackagePlaces) -> [VulnerabilityFact] {
        var found: [VulnerabilityFact] = []
        found.reserveCapacity(places.count)
        for place in places {
            guard let fact = facts[place] else { continue }
            let paths = fact.package.isOS ? [] : packages.paths(of: fingerprints[place])
            if paths.isEmpty { found.append(fact) }
            for path in paths { found.append(fact.located(at: path)) }
        }
        return found
    }

    private static func scores(of vectors: String) -> [VulnerabilityFact.Scores] {
        CVSS3Scores.all(vectors).map {
            VulnerabilityFact.Scores(
                version: "3.1",
                base: $0.base,
                exploitability: $0.exploitability,
                impact: $0.impact
            )
        }
    }
}

extension VulnerabilityFact {
    fileprivate convenience init(_ finding: FindingRecord, _ package: PackageFact, scores: [Scores]) {
        self.init(
            id: finding.id,
            aliases: finding.aliases,
            severity: PolicySeverity(rawValue: finding.severity.rawValue) ?? .unknown,
            link: AdvisoryLink.address(finding.id, distro: package.isOS ? finding.distro : nil),
            package: package,
            fixedVersions: finding.fixedVersions,
            willNotFix: finding.willNotFix,
            fixObserved: finding.fixedVersions.isEmpty
                ? nil : finding.fixedFrom.map { PolicyInstant(seconds: Int64($0)) },
            detected: finding.detectedAt.map { PolicyInstant(seconds: Int64($0)) },
            nvdScores: scores,
            // A rule for high scores must not pass because they are another's.
            vendorScores: finding.hasVendorScores ? scores : []
        )
    }

    /// The same flaw in a package of a language, in the file that it was read from.
    fileprivate func located(at path: String) -> VulnerabilityFact {
        VulnerabilityFact(
            id: id,
            aliases: aliases,
            severity: severity,
            link: link,
            package: package.located(at: path),
            fixedVersions: fixedVersions,
            willNotFix: willNotFix,
            fixObserved: fixObserved,
            detected: detected,
            nvdScores: nvdScores,
            vendorScores: vendorScores
        )
    }
}
