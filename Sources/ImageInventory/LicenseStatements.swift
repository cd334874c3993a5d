import ScanModel

/// What files of the merged image say of the licences of packages whose databases say nothing of them.
struct LicenseStatements {
    /// A source package in one root folder of the image.
    private struct Source: Hashable {
        let root: LayerPath
        let package: SourcePackage
    }

    private var byPath: [LayerPath: [String]] = [:]
    private var bySource: [Source: Set<String>] = [:]

    init(_ visible: [InventoryFold.Visible]) {
        for item in visible {
            if let licenses = item.evidence.licenses { byPath[item.evidence.path] = licenses }
        }
        guard !byPath.isEmpty else { return }
        for item in visible where item.evidence.packages.first?.package.type == .deb {
            let root = Self.dpkgRoot(of: item.evidence.path)
            for package in item.evidence.packages.map(\.package) {
                guard let source = package.source, let licenses = byPath[Self.copyright(of: package, in: root)] else {
                    continue
                }
                bySource[Source(root: root, package: source), default: []].formUnion(licenses)
            }
        }
    }

    /// The licences of a package that the evidence at `path` lists, sorted; empty where no file states them.
    ///
    /// Debian packages of one source share its copyright: the folder of one may be a link to that of another (Debian
    /// Policy 12.5).
    func licenses(of package: Package, listedAt path: LayerPath) -> [String] {
        guard !byPath.isEmpty else { return [] }
        switch package.type {
        case .deb:
            let root = Self.dpkgRoot(of: path)
            if let own = byPath[Self.copyright(of: package, in: root)] { return own }
            return package.source.flatMap { bySource[Source(root: root, package: $0)]?.sorted() } ?? []
        case .portage: return path.parent.flatMap { byPath[$0.appending("LICENSE".utf8)] } ?? []
        default: return []
        }
    }

    private static func copyright(of package: Package, in root: LayerPath) -> LayerPath {
        root.appending("usr/share/doc/\(package.name)/copyright".utf8)
    }

    /// The folder that `var/lib/dpkg/status` or `var/lib/dpkg/status.d/NAME` is in, or the same below
    /// `usr/lib/sysimage/dpkg`.
    private static func dpkgRoot(of path: LayerPath) -> LayerPath {
        let ancestors = path.ancestors
        var depth = ancestors.first?.name.elementsEqual("status.d".utf8) == true ? 4 : 3
        let parent = ancestors.indices.contains(depth - 2) ? ancestors[depth - 2] : .root
        if parent.name.elementsEqual("sysimage".utf8) { depth += 1 }
        return ancestors.indices.contains(depth) ? ancestors[depth] : .root
    }
}
