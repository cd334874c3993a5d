package import ScanModel

/// Folds the reports of an image's layers into its inventory, as an overlay file system would show them.
///
/// An evidence file counts while no higher layer replaces, whites out or hides it (OCI image-spec v1.1, layer.md,
/// "Applying Changesets", "Whiteouts"): by a whiteout of it or of a directory above it, by an opaque directory above it,
/// by another entry at its path, by something that is no directory in place of a directory above it, or by entries below
/// its path, for which a directory is made there. What was found in programs gives way to package managers
/// (``BinaryPrecedence``).
package enum InventoryFold {
    /// Bytes, by estimate, of the packages that the files of an image state, 1 GiB: twice what one layer may bring.
    package static let maxFoundBytes = 1 << 30

    /// The inventory of an image whose layers are given from the lowest to the highest.
    ///
    /// The packages of files that come beyond `maxFoundBytes` are left out, which is a gap.
    package static func fold(_ layers: [AnalysedLayer], maxFoundBytes: Int = Self.maxFoundBytes) -> Inventory {
        var visible: [Visible] = []
        var losses = Losses()
        for (position, layer) in layers.enumerated() {
            // What the layer hides as well: a link that is made first keeps the content of the file that goes.
            let targets = Set(layer.report.evidence.compactMap(\.linkTarget))
            let below = Dictionary(grouping: visible.filter { targets.contains($0.evidence.path) }, by: \.evidence.path)
            var shadow = Shadow(layer)
            visible.removeAll { item in
                let path = item.evidence.path
                // A folder's name may be evidence (``PathSelector/entry(in:)``): entries below it leave it where it is.
                let isHidden =
                    shadow.hides(path)
                    || shadow.makesDirectory(at: path)
                        && ![nil, .directory].contains(layers[item.layer].paths.kind(at: path))
                guard isHidden else { return false }
                losses.note(item.evidence, hiddenBy: position)
                return true
            }
            for evidence in layer.report.evidence {
                guard let target = evidence.linkTarget else {
                    visible.append(Visible(layer: position, evidence: evidence))
                    continue
                }
                // A hard link to a file of a lower layer shows that file's packages under its own path.
                for linked in below[target] ?? [] where linked.evidence.cataloger == evidence.cataloger {
                    var own = linked.evidence
                    own.path = evidence.path
                    visible.append(Visible(layer: position, evidence: own))
                }
            }
        }
        let excess = leaveOutExcess(&visible, beyond: maxFoundBytes)
        let origins = Origins(layers)
        let distro = distro(visible)
        let packages = packages(visible, owners: FileOwners(visible, layers), origins: origins)
        let imageGaps = ImageGaps(layers, visible: visible, losses: losses)
            .gaps(distro: distro, hasPackages: !packages.isEmpty)
        return Inventory(distro: distro, packages: packages, gaps: sorted(gaps(layers) + imageGaps + excess))
    }

    /// Takes the packages from files that come beyond `bound`; the gap that this is, if any.
    ///
    /// Hard links to files of lower layers each show what those do: few bytes of a layer can stand for any number.
    private static func leaveOutExcess(_ visible: inout [Visible], beyond bound: Int) -> [LayerGap] {
        var bytes = 0
        var first: Visible?
        var count = 0
        for index in visible.indices {
            let own = visible[index].evidence.memoryBytes
            if own <= bound - bytes {
                bytes += own
            } else {
                first = first ?? visible[index]
                count += 1
                visible[index] = Visible(layer: visible[index].layer, evidence: visible[index].evidence.withoutPackages)
            }
        }
        guard let first else { return [] }
        let files = count == 1 ? "of this file" : "of this file and \(count - 1) more"
        let reason = "more than \(bound) bytes of packages in the image: those \(files) are left out"
        return [LayerGap(layer: first.layer, gap: CoverageGap(path: first.evidence.path.text, reason: reason))]
    }

    private static func distro(_ visible: [Visible]) -> Distro? {
        let places = [
            "etc/os-release", "usr/lib/os-release", "usr/lib/os.release.d", "etc/alpine-release", "etc/redhat-release",
            "etc/centos-release", "etc/fedora-release",
        ]
        let stating = visible.filter { $0.evidence.distro != nil }
        for place in places {
            // A file, or a folder of files.
            let path = LayerPath(place)
            if let found = stating.last(where: { $0.evidence.path == path || $0.evidence.path.parent == path }) {
                return found.evidence.distro
            }
        }
        return nil
    }

    private static func packages(
        _ visible: [Visible],
        owners: FileOwners,
        origins: Origins
    ) -> [InstalledPackage] {
        let precedence = BinaryPrecedence(visible)
        let statements = LicenseStatements(visible)
        var packages: [InstalledPackage] = []
        var places: [Key: Int] = [:]
        var hashes: [Int: Set<FileHash>] = [:]
        let count = visible.reduce(0) { $0 + $1.evidence.packages.count }
        packages.reserveCapacity(count)
        places.reserveCapacity(count)
        for item in visible {
            let fileOwner =
                item.evidence.packages.isEmpty ? nil : owners.owner(of: item.evidence.path, in: item.layer)
            for cataloged in item.evidence.packages {
                var package = cataloged.package
                if package.licenses.isEmpty {
                    package.licenses = statements.licenses(of: package, listedAt: item.evidence.path)
                }
                let owner = package.type.isOS || package.type == .nix ? nil : fileOwner
                if precedence.drops(package, in: item.evidence, owner: fileOwner) { continue }
                let layer = origins.layer(of: cataloged, at: item)
                let path =
                    "/" + item.evidence.path.text + (cataloged.virtualPath.isEmpty ? "" : ":" + cataloged.virtualPath)
                let key = Key(package: package.identity, owner: owner)
                let place = places[key] ?? packages.count
                if !package.hashes.isEmpty { hashes[place, default: []].formUnion(package.hashes) }
                guard packages.indices.contains(place) else {
                    places[key] = place
                    packages.append(InstalledPackage(package: package, layer: layer, paths: [path], ownedBy: owner))
                    continue
                }
                packages[place].paths.append(path)
                packages[place].layer = min(packages[place].layer, layer)
                let known = packages[place].package
                if known.licenses.isEmpty { packages[place].package.licenses = package.licenses }
                if known.supplier == nil { packages[place].package.supplier = package.supplier }
                if known.installedBytes == nil { packages[place].package.installedBytes = package.installedBytes }
            }
        }
        for place in packages.indices {
            if packages[place].paths.count > 1 { packages[place].paths = Array(Set(packages[place].paths)).sorted() }
            // Files that differ under one name and version leave the package without a hash.
            packages[place].package.hashes = hashes[place].map { FileHash.agreed($0) } ?? []
        }
        return packages.indices.sorted { isBefore(packages[$0], packages[$1]) }.map { packages[$0] }
    }

    /// By all that makes a ``Key``: those that it took for one would come as they were found, which layers decide.
    ///
    /// Few have a name and version in common, so that the rest is seldom looked at.
    private static func isBefore(_ one: InstalledPackage, _ other: InstalledPackage) -> Bool {
        let (a, b) = (one.package, other.package)
        if a.type != b.type { return a.type.rawValue < b.type.rawValue }
        if a.name != b.name { return a.name < b.name }
        if a.version != b.version { return a.version < b.version }
        return rest(of: one) < rest(of: other)
    }

    private static func rest(of item: InstalledPackage) -> (String, String) {
        let package = item.package
        // A mark keeps what is empty apart from what is absent.
        func marked(_ text: String?) -> String { text.map { "=" + $0 } ?? "" }
        let rest = [
            package.arch, marked(package.group), marked(package.module), marked(package.source?.name),
            marked(package.source?.version),
        ]
        return (rest.joined(separator: "\u{0}"), marked(item.ownedBy))
    }

    private static func gaps(_ layers: [AnalysedLayer]) -> [LayerGap] {
        layers.enumerated().flatMap { position, layer in
            layer.report.gaps.map { LayerGap(layer: position, gap: $0) }
        }
    }

    private static func sorted(_ gaps: [LayerGap]) -> [LayerGap] {
        gaps.sorted { $0.layer == $1.layer ? $0.gap < $1.gap : $0.layer < $1.layer }
    }

    struct Visible {
        let layer: Int
        let evidence: Evidence
    }

    /// What makes two statements the same package (``Package/identity``), and whose it is.
    private struct Key: Hashable {
        let package: Package
        let owner: String?
    }
}

/// What one layer hides of the layers below it.
private struct Shadow {
    private let whiteouts: Set<LayerPath>
    private let opaque: Set<LayerPath>
    private let paths: PathTable
    /// What it deletes, in order.
    private let deletions: PathTable
    /// Directories already asked for: whether they, or one above, hide what lower layers have below them.
    private var hiding: [LayerPath: Bool] = [:]
    /// Bytes of their paths, and how many are kept: the directories above a long path are many times as long together.
    private var hidingBytes = 0
    private static let maxHidingBytes = 64 << 20

    init(_ layer: AnalysedLayer) {
        whiteouts = Set(layer.report.whiteouts)
        opaque = Set(layer.report.opaqueDirectories)
        paths = layer.paths
        deletions = PathTable(
            Dictionary(whiteouts.union(opaque).map { ($0, PathKind.other) }) { first, _ in first }
        )
    }

    /// Whether unpacking the layer makes a directory at `path` for what it has, or deletes, there: it need not have an
    /// entry for that.
    func makesDirectory(at path: LayerPath) -> Bool {
        opaque.contains(path) || paths.hasEntries(below: path) || deletions.hasEntries(below: path)
    }

    mutating func hides(_ path: LayerPath) -> Bool {
        if paths.kind(at: path) != nil || whiteouts.contains(path) { return true }
        return path.parent.map { hidesBelow($0) } ?? false
    }

    /// Thousands of evidence files stand in few directories, so each is looked up once.
    private mutating func hidesBelow(_ directory: LayerPath) -> Bool {
        var climbed: [LayerPath] = []
        var isHidden = false
        var next: LayerPath? = directory
        while let path = next {
            if let known = hiding[path] {
                isHidden = known
                break
            }
            climbed.append(path)
            isHidden =
                opaque.contains(path) || whiteouts.contains(path)
                || paths.kind(at: path).map { $0 != .directory } == true
            next = isHidden ? nil : path.parent
        }
        for path in climbed where path.bytes.count <= Self.maxHidingBytes - hidingBytes {
            hiding[path] = isHidden
            hidingBytes += path.bytes.count
        }
        return isHidden
    }
}

/// Which layer first brought a package that every later version of its database still lists.
///
/// A package database is rewritten as a whole by each layer that installs something, so the layer of the evidence file
/// would blame the last writer for everything.
private struct Origins {
    /// For each entry of those databases, the layers whose copy lists it.
    private var listed: [LayerPath: [Package: [Int]]] = [:]
    /// Databases of which several layers have a copy.
    private var databaseLayers: [LayerPath: [Int]] = [:]
    /// More entries than such databases of any image have: lower copies are not looked at.
    private static let maxListed = 2_000_000

    init(_ layers: [AnalysedLayer]) {
        for (position, layer) in layers.enumerated() {
            for evidence in layer.report.evidence where evidence.packages.contains(where: { $0.package.type.isOS }) {
                databaseLayers[evidence.path, default: []].append(position)
            }
        }
        // The only copy of a database has brought all that it lists.
        databaseLayers = databaseLayers.filter { $0.value.count > 1 }
        var count = 0
        // From the highest, as they are asked for.
        for (position, layer) in layers.enumerated().reversed() {
            for evidence in layer.report.evidence where databaseLayers[evidence.path] != nil {
                count += evidence.packages.count
                guard count <= Self.maxListed else { return }
                for cataloged in evidence.packages {
                    listed[evidence.path, default: [:]][cataloged.package, default: []].append(position)
                }
            }
        }
    }

    /// Goes down from the database that shows, as long as the next lower copy of it lists the package too.
    func layer(of cataloged: CatalogedPackage, at item: InventoryFold.Visible) -> Int {
        guard cataloged.package.type.isOS, let copies = databaseLayers[item.evidence.path] else { return item.layer }
        let layers = listed[item.evidence.path]?[cataloged.package] ?? []
        var origin = item.layer
        for copy in copies.reversed() where copy < item.layer {
            guard layers.contains(copy) else { break }
            origin = copy
        }
        return origin
    }
}
