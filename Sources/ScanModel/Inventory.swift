/// A package as it is installed in an image.
package struct InstalledPackage: Hashable, Sendable, Codable {
    package var package: Package
    /// The position of the layer that brought it, 0 for the lowest.
    package var layer: Int
    /// The evidence it was read from (with the virtual path of nested archives behind a colon), sorted.
    package var paths: [String]
    /// The OS package that owns the evidence, whose distribution then answers for it.
    package var ownedBy: String?

    package init(package: Package, layer: Int, paths: [String], ownedBy: String? = nil) {
        self.package = package
        self.layer = layer
        self.paths = paths
        self.ownedBy = ownedBy
    }
}

/// A coverage gap and the layer it is in.
package struct LayerGap: Hashable, Sendable, Codable {
    package var layer: Int
    package var gap: CoverageGap

    package init(layer: Int, gap: CoverageGap) {
        self.layer = layer
        self.gap = gap
    }
}

/// What is installed in an image: the fold of its layers' reports.
package struct Inventory: Sendable, Codable {
    package var distro: Distro?
    /// Sorted by type, name, version, architecture.
    package var packages: [InstalledPackage]
    package var gaps: [LayerGap]

    package init(distro: Distro?, packages: [InstalledPackage], gaps: [LayerGap]) {
        self.distro = distro
        self.packages = packages
        self.gaps = gaps
    }
}
