package import ScanModel

/// What an SBOM document says: the packages of one image, where each came from, and what was not looked at.
package struct BillOfMaterials: Hashable, Sendable {
    /// The thing that was taken stock of.
    package struct Subject: Hashable, Sendable {
        /// As the user wrote it.
        package var source: String
        /// The name in the registry or in the archive, where there is one.
        package var reference: String?
        /// The manifest's digest.
        package var digest: Digest?
        /// The configuration's digest, which Docker calls the image's ID.
        package var imageID: Digest?
        package var platform: Platform?
        /// From the lowest to the highest; empty for directories and lists.
        package var layers: [Digest]
        /// The digests of the layers' uncompressed tars, in the same order.
        package var diffIDs: [Digest]
        /// What the image's builder wrote into its configuration.
        package var labels: [String: String]

        package init(
            source: String,
            reference: String? = nil,
            digest: Digest? = nil,
            imageID: Digest? = nil,
            platform: Platform? = nil,
            layers: [Digest] = [],
            diffIDs: [Digest] = [],
            labels: [String: String] = [:]
        ) {
            self.source = source
            self.reference = reference
            self.digest = digest
            self.imageID = imageID
            self.platform = platform
            self.layers = layers
            self.diffIDs = diffIDs
            self.labels = labels
        }
    }

    /// A package and the distribution that it belongs to.
    package struct Component: Hashable, Sendable {
        package var installed: InstalledPackage
        package var distro: Distro?

        package init(installed: InstalledPackage, distro: Distro?) {
            self.installed = installed
            self.distro = distro
        }

        package var package: Package { installed.package }
    }

    /// The program that made the document.
    package struct Tool: Hashable, Sendable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    package var subject: Subject
    /// The distribution of the image as a whole.
    package var distro: Distro?
    package var components: [Component]
    package var gaps: [LayerGap]
    /// Only CycloneDX documents can state them; they are not read back.
    package var vulnerabilities: [Vulnerability]
    package var tool: Tool
    /// RFC 3339, in UTC and without fractions: the image's own time of creation, never the present.
    package var created: String?

    package init(
        subject: Subject,
        distro: Distro?,
        components: [Component],
        gaps: [LayerGap] = [],
        vulnerabilities: [Vulnerability] = [],
        tool: Tool,
        created: String? = nil
    ) {
        self.subject = subject
        self.distro = distro
        self.components = components
        self.gaps = gaps
        self.vulnerabilities = vulnerabilities
        self.tool = tool
        self.created = created
    }
}

extension BillOfMaterials.Component {
    /// Sorts the components of a document.
    var sortKey: [String] {
        let installed = installed
        let package = installed.package
        return [
            package.type.rawValue, package.name, package.version, package.arch, package.group ?? "",
            package.module ?? "", package.purl(distro: distro), distro?.name ?? "", installed.ownedBy ?? "",
        ] + installed.paths + ["\(installed.layer)"] + package.licenses + package.hashes.map(\.description)
            + [package.supplier ?? ""]
    }
}

extension BillOfMaterials {
    /// The components in the order of documents, each once.
    var orderedComponents: [Component] {
        var seen: Set<Component> = []
        return components.filter { seen.insert($0).inserted }
            .map { (key: $0.sortKey, component: $0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map(\.component)
    }
}
