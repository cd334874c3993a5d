import ScanModel

/// What layers take away of the layers below them that tells the distribution and its packages.
struct Losses {
    struct Loss {
        let layer: Int
        let path: LayerPath
    }

    private(set) var databases: [PackageType: Loss] = [:]
    private(set) var distro: Loss?

    /// Notes that the layer at `position` hides `evidence`; layers come from the lowest to the highest.
    mutating func note(_ evidence: Evidence, hiddenBy position: Int) {
        let loss = Loss(layer: position, path: evidence.path)
        if evidence.distro != nil { distro = Self.first(distro, loss) }
        if let type = evidence.databaseType { databases[type] = Self.first(databases[type], loss) }
    }

    /// The one of the highest layer; of several there, that of the first path.
    private static func first(_ known: Loss?, _ loss: Loss) -> Loss {
        guard let known, known.layer == loss.layer, known.path < loss.path else { return loss }
        return known
    }
}

extension Evidence {
    /// The type of the packages, where this is a database of a distribution's package manager that lists some.
    var databaseType: PackageType? {
        // Programs' notes, what snaps were built from and packages that are not installed are no databases of this image.
        let others = [
            CatalogerName.elfPackage, CatalogerName.snapManifest, CatalogerName.snapList, CatalogerName.debArchive,
            CatalogerName.rpmArchive,
        ]
        guard !others.contains(cataloger) else { return nil }
        return packages.lazy.map(\.package.type).first(where: \.isOS)
    }
}

extension InventoryFold {
    /// The reason of the gap that packages are of a distribution about which no advisories speak.
    package static func unknownDistribution(_ id: String) -> String {
        "the distribution \(id) is not known: its OS packages cannot be matched with advisories"
    }
}

/// Gaps of an image as a whole, which none of its layers shows alone.
struct ImageGaps {
    /// The package managers of distributions, by `ID` or one of `ID_LIKE`.
    private static let managers: [String: PackageType] = {
        let distributions: [PackageType: [String]] = [
            .deb: ["debian", "ubuntu"],
            .apk: ["alpine", "wolfi", "chainguard"],
            .rpm: [
                "rhel", "fedora", "centos", "rocky", "almalinux", "ol", "amzn", "suse", "opensuse", "sles", "sled",
                "opensuse-leap", "opensuse-tumbleweed", "mariner", "azurelinux", "photon", "openeuler",
            ],
            .alpm: ["arch", "archlinux"],
            .portage: ["gentoo"],
        ]
        var managers: [String: PackageType] = [:]
        for (type, ids) in distributions { for id in ids { managers[id] = type } }
        return managers
    }()

    /// Distributions beside those of ``managers`` whose releases matching knows (`DistroRelease` in `Matching`, which is
    /// below this target): derivatives by other names, and those with a feed whose database nobody need have.
    private static let matched: Set<String> = [
        "raspbian", "devuan", "minimos", "alpaquita", "echo", "redhat", "scientific", "mageia", "archarm",
        "leap-micro", "sl-micro", "suse_sles",
    ]
    /// How the names of SUSE's many products start.
    private static let matchedPrefixes = ["opensuse", "sle"]

    private let layers: [AnalysedLayer]
    private let losses: Losses
    private let databases: Set<PackageType>
    /// Whether packages of a distribution are there, in a database or as files.
    private let hasOSPackages: Bool

    init(_ layers: [AnalysedLayer], visible: [InventoryFold.Visible], losses: Losses) {
        self.layers = layers
        self.losses = losses
        let databases = Set(visible.compactMap(\.evidence.databaseType))
        self.databases = databases
        hasOSPackages =
            !databases.isEmpty
            || visible.contains {
                [CatalogerName.debArchive, CatalogerName.rpmArchive].contains($0.evidence.cataloger)
                    && !$0.evidence.packages.isEmpty
            }
    }

    /// What is missing in an image of this distribution with packages or none.
    func gaps(distro: Distro?, hasPackages: Bool) -> [LayerGap] {
        var found: [LayerGap] = []
        if let distro, let manager = manager(of: distro), !databases.contains(manager) {
            found.append(
                losses.databases[manager].map {
                    gap($0, "the package database was deleted or emptied: OS packages cannot be listed")
                } ?? gap("no package database, or an empty one: OS packages of \(distro.id) cannot be listed")
            )
        }
        if distro.map(\.id.isEmpty) ?? true, hasOSPackages {
            let reason = "no distribution is named: OS packages cannot be matched with advisories"
            found.append(losses.distro.map { gap($0, reason) } ?? gap(reason))
        }
        if let distro, !distro.id.isEmpty, hasOSPackages, !isMatched(distro) {
            found.append(gap(InventoryFold.unknownDistribution(distro.id)))
        }
        if distro == nil, !hasPackages, hasFiles {
            found.append(gap("neither a distribution nor a package was recognised"))
        }
        return found
    }

    private func manager(of distro: Distro) -> PackageType? {
        ([distro.id] + distro.idLike).lazy.compactMap { Self.managers[$0] }.first
    }

    /// Whether advisories may speak about the packages of `distro`: its own, or those of a release that it is built from,
    /// where its os-release tells which that is.
    private func isMatched(_ distro: Distro) -> Bool {
        let id = distro.id.lowercased()
        if Self.managers[id] != nil || Self.matched.contains(id) || Self.matchedPrefixes.contains(where: id.hasPrefix) {
            return true
        }
        let parents = Set(distro.idLike.map { $0.lowercased() })
        if ReleaseCodename.parent(of: distro) != nil { return true }
        let major = distro.versionID.prefix { $0 != "." }
        // Rebuilds of Enterprise Linux say that they are like Fedora, too, and have none of its numbers.
        if !parents.isDisjoint(with: ["rhel", "centos"]) { return Int(major).map { (5...10).contains($0) } ?? false }
        return parents.contains("fedora") && major.count == 2 || parents.contains("arch")
    }

    private var hasFiles: Bool {
        layers.contains { layer in
            var cursor = layer.paths.cursor
            while cursor.next() { if cursor.kind == .file || cursor.kind == .hardlink { return true } }
            return false
        }
    }

    private func gap(_ loss: Losses.Loss, _ reason: String) -> LayerGap {
        LayerGap(layer: loss.layer, gap: CoverageGap(path: loss.path.text, reason: reason))
    }

    /// A gap of no file, which the top layer could have closed.
    private func gap(_ reason: String) -> LayerGap {
        LayerGap(layer: max(0, layers.count - 1), gap: CoverageGap(path: "", reason: reason))
    }
}
