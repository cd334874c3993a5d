package import ScanModel

extension MetadataFacts {
    /// States the distribution of an image as Anchore Engine does, which never leaves it out.
    ///
    /// Without an os-release the image is `Unknown` of the version `0`, or BusyBox's where it has that; rules by `like` and
    /// `!=` count on it.
    package mutating func state(_ inventory: Inventory) {
        guard let found = inventory.distro else {
            let busyBox = inventory.packages.first { $0.package.type == .binary && $0.package.name == "busybox" }
            distro = busyBox == nil ? "Unknown" : "busybox"
            distroVersion = busyBox.map { "v\($0.package.version)" } ?? "0"
            likeDistro = distro
            return
        }
        distro = found.id
        distroVersion = found.versionID.isEmpty ? (found.id == "debian" ? "unstable" : "0") : found.versionID
        likeDistro = found.idLike.isEmpty ? found.id : found.idLike.joined(separator: ",")
    }

    /// What advisories about the distribution go by: `debian:12`.
    package var namespace: String { "\(distro ?? "Unknown"):\(distroVersion ?? "0")" }
}
