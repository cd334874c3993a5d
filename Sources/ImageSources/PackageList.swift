import Matching
import ScanModel

/// Packages that a document lists, with the distribution that each belongs to.
struct PackageList {
    /// Packages of one list.
    static let maxPackages = 1_000_000
    /// Bytes of one document, 256 MiB.
    static let maxBytes = 256 << 20
    private static let maxGaps = 1000

    /// The same version of a package may be listed for several distributions.
    private struct Entry: Hashable {
        var installed: InstalledPackage
        var distro: Distro?

        init(_ installed: InstalledPackage, _ distro: Distro?) {
            self.installed = installed
            self.distro = distro
        }
    }

    private var packages: Set<Entry> = []
    private var gaps: [CoverageGap] = []

    /// Takes in one purl; `place` says where it stood, for the gap that one which cannot be read leaves.
    mutating func add(_ purl: String, place: String) {
        guard packages.count < Self.maxPackages else {
            return addGap(CoverageGap(path: "", reason: "more than \(Self.maxPackages) packages"))
        }
        guard let url = PackageURL(purl) else {
            return addGap(CoverageGap(path: place, reason: "not a package URL with a version: \(purl.prefix(200))"))
        }
        let installed = InstalledPackage(package: url.package, layer: 0, paths: [], ownedBy: url.owner)
        packages.insert(Entry(installed, url.distro))
    }

    private mutating func addGap(_ gap: CoverageGap) {
        if gaps.count < Self.maxGaps { gaps.append(gap) }
    }

    /// The list as an image without layers; the image's distribution is that of its packages where they agree on one.
    static func image(_ list: PackageList, source: String) -> ScannedImage {
        let keyed = list.packages.map { (entry: $0, purl: $0.installed.package.purl(distro: $0.distro)) }
        let sorted = keyed.sorted { left, right in
            let (one, other) = (left.entry.installed.package, right.entry.installed.package)
            return (one.type.rawValue, one.name, one.version, one.arch, one.group ?? "", left.purl)
                < (other.type.rawValue, other.name, other.version, other.arch, other.group ?? "", right.purl)
        }.map(\.entry)
        let distros = Set(sorted.filter(\.installed.package.type.isOS).map(\.distro))
        return ScannedImage(
            source: source,
            inventory: Inventory(
                distro: distros.count == 1 ? distros.first ?? nil : nil,
                packages: OwnerInference.completing(sorted.map(\.installed)),
                gaps: list.gaps.map { LayerGap(layer: 0, gap: $0) }
            ),
            packageDistros: sorted.map(\.distro)
        )
    }
}

/// Reads a text with one purl a line; empty lines and lines that start with `#` are passed over.
enum PURLList {
    static func read(_ path: String) throws -> PackageList {
        let text = String(decoding: try LocalFile(path).all(maxBytes: PackageList.maxBytes), as: UTF8.self)
        var list = PackageList()
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let purl = line.drop(while: \.isWhitespace)
            guard let first = purl.first, first != "#" else { continue }
            list.add(String(purl.prefix { !$0.isWhitespace }), place: "line \(number + 1)")
        }
        return list
    }
}
