package import ScanModel

/// One layer of an image that has been analysed.
package struct ScannedLayer: Sendable {
    /// The blob's digest as the manifest names it; the diff ID for layers of a Docker archive, which have no other.
    package let digest: Digest
    package let analysis: AnalysedLayer

    package init(digest: Digest, analysis: AnalysedLayer) {
        self.digest = digest
        self.analysis = analysis
    }
}

/// What a source turned out to hold.
package struct ScannedImage: Sendable {
    /// The source as the user wrote it.
    package var source: String
    /// The name in the registry or in the archive, where there is one.
    package var reference: String?
    /// The manifest's digest; `nil` where there is no manifest.
    package var digest: Digest?
    /// The digest of the index that the name stands for; `nil` where it stands for the image itself.
    package var indexDigest: Digest?
    /// The configuration's digest, which Docker calls the image's ID.
    package var imageID: Digest?
    package var platform: Platform?
    /// The image's own time of creation (``Timestamp``), where its configuration states one.
    package var created: String?
    /// From the configuration, bounded (``ImageLabels``).
    package var labels: [String: String]
    /// What the image's configuration states; `nil` where there is none, as in directories and lists.
    package var config: ImageConfig?
    /// The blobs' digests from the lowest to the highest; empty for directories and lists of packages.
    package var layerDigests: [Digest]
    /// The digests of the layers' uncompressed tars, in the same order; empty where not all of them are known.
    package var diffIDs: [Digest]
    /// The layers that were analysed, in the same order; empty where a document lists what they hold.
    package var layers: [ScannedLayer]
    package var inventory: Inventory
    /// The distribution of each package of `inventory` where they state their own; else `nil`: all are the inventory's.
    package var packageDistros: [Distro?]?

    package init(
        source: String,
        reference: String? = nil,
        digest: Digest? = nil,
        indexDigest: Digest? = nil,
        imageID: Digest? = nil,
        platform: Platform? = nil,
        created: String? = nil,
        labels: [String: String] = [:],
        config: ImageConfig? = nil,
        layers: [ScannedLayer] = [],
        inventory: Inventory,
        packageDistros: [Distro?]? = nil
    ) {
        self.source = source
        self.reference = reference
        self.digest = digest
        self.indexDigest = indexDigest
        self.imageID = imageID
        self.platform = platform
        self.created = created
        self.labels = labels
        self.config = config
        self.layers = layers
        layerDigests = layers.map(\.digest)
        let computed = layers.compactMap(\.analysis.report.diffID)
        diffIDs = computed.count == layers.count ? computed : []
        self.inventory = inventory
        self.packageDistros = packageDistros
    }

    /// The distribution that the package at `index` of the inventory belongs to.
    package func distro(ofPackageAt index: Int) -> Distro? {
        guard let packageDistros else { return inventory.distro }
        return packageDistros.indices.contains(index) ? packageDistros[index] : nil
    }
}
