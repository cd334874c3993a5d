package import ScanModel

/// The image that findings are in, as products name images.
package struct ImageIdentity: Sendable {
    /// The reference it was scanned by; `nil` for an archive or a folder.
    package var reference: ImageReference?
    /// Manifest, index and configuration digests, `sha256:…`.
    package var digests: [String]

    package init(reference: ImageReference?, digests: [String]) {
        self.reference = reference
        self.digests = digests
    }

    /// Whether `identifier`, a purl of type `oci` or `docker` or an image reference, names this image.
    func isNamed(by identifier: String) -> Bool {
        if let url = ProductURL(identifier) {
            switch url.type {
            case "oci": return isOCI(url)
            case "docker": return isDocker(url)
            default: return false
            }
        }
        guard let named = RegistryTarget(identifier), named.repository != nil, let reference else { return false }
        guard named.registry == reference.registry, named.repository == reference.repository else { return false }
        if let digest = named.digest { return digests.contains("\(digest)") || reference.digest == digest }
        return named.tag == nil || named.tag == reference.tag
    }

    /// PURL-TYPES.rst, "oci": the name is the last part of the repository, the version a digest.
    ///
    /// `repository_url` tells where it is. The authors who put the whole repository into the name are understood, too.
    private func isOCI(_ url: ProductURL) -> Bool {
        guard isVersion(url.version, tag: url.qualifiers["tag"]) else { return false }
        guard let repository = reference?.repository.lowercased() else {
            // An archive has no name: only the digest can tell.
            return !url.version.isEmpty
        }
        let parts = repository.split(separator: "/")
        guard
            url.path == repository || (!url.path.contains("/") && parts.last.map { $0 == url.path } == true)
                || "library/\(url.path)" == repository
        else { return false }
        guard let place = url.qualifiers["repository_url"] else { return true }
        guard let named = RegistryTarget(Self.hub(place)) else { return false }
        guard let registry = reference?.registry, named.registry == registry else { return false }
        guard let path = named.repository?.lowercased() else { return true }
        // Both the repository itself and the folder above it are in use.
        return path == repository || "\(path)/\(url.name)" == repository
            || (path.hasPrefix("library/") && "\(path.dropFirst(8))/\(url.name)" == repository)
    }

    /// PURL-TYPES.rst, "docker": namespace and name are the repository, the version a tag or a digest.
    private func isDocker(_ url: ProductURL) -> Bool {
        guard let reference else { return url.version.hasPrefix("sha256:") && digests.contains(url.version) }
        let repository = reference.repository.lowercased()
        let place = Self.hub(url.qualifiers["repository_url"] ?? "docker.io")
        guard RegistryTarget(place)?.registry == reference.registry else { return false }
        guard url.path == repository || "library/\(url.path)" == repository else { return false }
        return url.version.isEmpty || url.version == reference.tag || isVersion(url.version, tag: nil)
    }

    private func isVersion(_ version: String, tag: String?) -> Bool {
        if !version.isEmpty {
            return digests.contains(version.lowercased()) || reference?.digest?.description == version.lowercased()
        }
        return tag == nil || tag == reference?.tag
    }

    /// Docker Hub under the names that it goes by.
    private static func hub(_ place: String) -> String {
        for name in ["index.docker.io", "hub.docker.com", "registry-1.docker.io"] where place.hasPrefix(name) {
            return "docker.io" + place.dropFirst(name.utf8.count)
        }
        return place
    }
}
