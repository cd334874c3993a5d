/// A package and the parts of its evidence that the image inventory needs.
package struct CatalogedPackage: Hashable, Sendable, Codable {
    package var package: Package
    /// Where inside the evidence the package stands: the virtual path of a nested archive, else empty.
    package var virtualPath: String

    package init(_ package: Package, virtualPath: String = "") {
        self.package = package
        self.virtualPath = virtualPath
    }
}

/// Files that an OS package owns and that are evidence of other packages, by the name of the owner.
package struct Ownership: Hashable, Sendable, Codable {
    package var owner: String
    package var paths: [LayerPath]

    package init(owner: String, paths: [LayerPath]) {
        self.owner = owner
        self.paths = paths
    }
}

/// What one evidence file of a layer states.
package struct Evidence: Hashable, Sendable, Codable {
    package var path: LayerPath
    /// The name of the cataloger that read it.
    package var cataloger: String
    package var packages: [CatalogedPackage]
    package var ownerships: [Ownership]
    /// What an os-release file says.
    package var distro: Distro?
    /// The licences of the package whose folder the file is in, sorted; `nil` where it names none.
    package var licenses: [String]?
    /// The file is a hard link to this path, whose evidence counts here too.
    package var linkTarget: LayerPath?

    package init(
        path: LayerPath,
        cataloger: String,
        packages: [CatalogedPackage] = [],
        ownerships: [Ownership] = [],
        distro: Distro? = nil,
        licenses: [String]? = nil,
        linkTarget: LayerPath? = nil
    ) {
        self.path = path
        self.cataloger = cataloger
        self.packages = packages
        self.ownerships = ownerships
        self.distro = distro
        self.licenses = licenses
        self.linkTarget = linkTarget
    }
}

/// Something in a layer that was not, or not wholly, looked at.
package struct CoverageGap: Hashable, Comparable, Sendable, Codable {
    /// The file, or empty for the layer as a whole.
    package var path: String
    package var reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package static func < (left: CoverageGap, right: CoverageGap) -> Bool {
        (left.path, left.reason) < (right.path, right.reason)
    }
}

/// Everything that the analysis of one layer found; it depends on the layer's bytes and the analysis version alone.
package struct LayerReport: Sendable, Codable {
    /// Evidence files sorted by path, then cataloger.
    package var evidence: [Evidence]
    /// Paths that this layer deletes from the layers below it, sorted.
    package var whiteouts: [LayerPath]
    /// Directories of which nothing below this layer shows, sorted.
    package var opaqueDirectories: [LayerPath]
    package var gaps: [CoverageGap]
    /// The digest of the uncompressed tar as computed here; `nil` where it was not read to its end.
    package var diffID: Digest?
    /// Entries of the archive.
    package var entries: Int
    /// Bytes of the uncompressed archive.
    package var expandedBytes: Int64

    package init(
        evidence: [Evidence],
        whiteouts: [LayerPath],
        opaqueDirectories: [LayerPath],
        gaps: [CoverageGap],
        diffID: Digest?,
        entries: Int,
        expandedBytes: Int64
    ) {
        self.evidence = evidence
        self.whiteouts = whiteouts
        self.opaqueDirectories = opaqueDirectories
        self.gaps = gaps
        self.diffID = diffID
        self.entries = entries
        self.expandedBytes = expandedBytes
    }
}

/// A layer's report and its paths: what the analysis of a layer gives.
package struct AnalysedLayer: Sendable {
    package var report: LayerReport
    package var paths: PathTable
    /// What was collected of its files; `nil` where nothing was.
    package var facts: LayerFacts?

    package init(report: LayerReport, paths: PathTable, facts: LayerFacts? = nil) {
        self.report = report
        self.paths = paths
        self.facts = facts
    }
}
