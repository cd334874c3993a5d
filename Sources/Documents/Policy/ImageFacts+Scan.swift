import Advisories
package import AdvisoryFile
import ImageInventory
package import ImageSources
package import Matching
package import Policy
import ScanModel

extension ImageFacts {
    /// What a one-shot scan knows of an image.
    ///
    /// `given` is the Dockerfile that the image was built from, where its owner gives it. `found` are the findings of each
    /// package of its inventory, where there are advisories to match with; those that `isOpen` says no to, by package and
    /// finding, need no work and count for no policy. A one-shot scan keeps no memory of what it found before, so every flaw
    /// counts as known for as long as it has been published.
    package init(
        _ image: ScannedImage,
        found: [[Finding]]?,
        advisories: AdvisoryFile?,
        dockerfile given: String? = nil,
        isOpen: (Int, Finding) -> Bool = { _, _ in true }
    ) throws {
        self.init()
        imageID = image.imageID?.hex ?? ""
        digest = image.digest.map { "\($0)" }
        parentDigest = image.indexDigest.map { "\($0)" }
        metadata = MetadataFacts(image)
        if let given {
            dockerfile = .collected(DockerfileFacts(mode: .actual, text: given))
        } else if let config = image.config {
            let execution = config.config
            dockerfile = .collected(
                GuessedDockerfile.facts(
                    history: config.history?.commands ?? [],
                    stated: .init(
                        user: execution?.user,
                        exposedPorts: execution?.exposedPorts ?? [],
                        hasHealthcheck: execution?.hasHealthcheck ?? false,
                        environment: execution?.environment ?? []
                    )
                )
            )
        }
        let installed = image.inventory.packages
        let placed = installed.map { PackageFact.facts(of: $0) }
        packages = .collected(PackageFact.facts(of: installed))
        if !image.layers.isEmpty {
            add(FilesFold.fold(image.layers.map(\.analysis)), remedy: "see --collect")
        }
        guard let found, let advisories else { return }
        let distro = image.inventory.distro
        let background = try CVEScores(found: found, advisories: advisories)
        vulnerabilities = .collected(
            zip(placed, found).enumerated().flatMap { index, pair in
                pair.1.filter { isOpen(index, $0) }.flatMap { finding in
                    pair.0.map { VulnerabilityFact(finding, in: $0, of: distro, scores: background) }
                }
            }
        )
        self.advisories = .collected(
            try AdvisoryFacts(image, namespace: metadata.namespace, found: found, advisories: advisories)
        )
    }
}

extension MetadataFacts {
    init(_ image: ScannedImage) {
        self.init()
        let layers = image.layers.map(\.analysis.report.expandedBytes)
        if !layers.isEmpty { size = layers.saturatedSum }
        if image.config != nil || !image.layerDigests.isEmpty { layerCount = image.layerDigests.count }
        architecture = image.platform?.architecture ?? image.config?.architecture
        operatingSystem = image.platform?.os ?? image.config?.os
        state(image.inventory)
        labels = image.labels
        exposedPorts = image.config?.config?.exposedPorts ?? []
        user = image.config?.config?.user
        environment = image.config?.config?.environment ?? []
    }
}
