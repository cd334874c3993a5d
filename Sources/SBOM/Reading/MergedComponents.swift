import ScanModel

/// Puts together what other programs list apart: a package once for each place that it was found in.
enum MergedComponents {
    private struct Key: Hashable {
        let package: Package
        let distro: Distro?
        let ownedBy: String?
    }

    /// The components, each package of a distribution once and with all its places, in the order of the first of each.
    static func merge(_ components: [BillOfMaterials.Component]) -> [BillOfMaterials.Component] {
        var positions: [Key: Int] = [:]
        var merged: [BillOfMaterials.Component] = []
        var others: [Int: [BillOfMaterials.Component]] = [:]
        for component in components {
            let installed = component.installed
            let key = Key(
                package: installed.package.identity,
                distro: component.distro,
                ownedBy: installed.ownedBy
            )
            if let position = positions[key] {
                others[position, default: []].append(component)
            } else {
                positions[key] = merged.count
                merged.append(component)
            }
        }
        for (position, same) in others {
            var installed = merged[position].installed
            let all = [installed] + same.map(\.installed)
            installed.paths = Array(Set(all.flatMap(\.paths))).sorted()
            installed.layer = all.map(\.layer).min() ?? installed.layer
            installed.package.licenses = Array(Set(all.flatMap(\.package.licenses))).sorted()
            installed.package.hashes = FileHash.agreed(all.flatMap(\.package.hashes))
            installed.package.supplier = all.lazy.compactMap(\.package.supplier).first
            merged[position].installed = installed
        }
        return merged
    }
}
