import ScanModel

/// The evidence of each affected package of a document: the paths it was read from.
struct EvidencePaths {
    private struct Key: Hashable {
        var purl: String
        var name: String
        var version: String
        var layer: Digest?
    }

    private let paths: [Key: [String]]

    init(_ document: ScanDocument) {
        var paths: [Key: [String]] = [:]
        for item in document.packages {
            paths[Key(purl: item.purl, name: item.name, version: item.version, layer: item.layer), default: []] +=
                item.paths
        }
        self.paths = paths
    }

    /// Sorted; empty for packages of a list that names no evidence.
    func paths(of row: VulnerabilityEntry) -> [String] {
        let item = row.package
        return paths[Key(purl: item.purl, name: item.name, version: item.version, layer: row.layer)] ?? []
    }
}
