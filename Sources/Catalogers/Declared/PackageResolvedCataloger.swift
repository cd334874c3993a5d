import Bytes
import ScanModel

/// Swift packages, from `Package.resolved` in its versions 1, 2 and 3 (swift-package-manager,
/// Documentation/Usage.md, "Resolving versions").
struct PackageResolvedCataloger: Cataloger {
    let name = "package-resolved"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("Package.resolved"), .pathSuffix(".package.resolved")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try BoundedJSON(file.bytes)
            let pins = document["object"]?["pins"] ?? document["pins"]
            var packages = PackageRecords(.swift)
            for pin in pins?.elements ?? [] {
                let place = pin["repositoryURL"]?.string ?? pin["location"]?.string
                packages.add(
                    name: pin["package"]?.string ?? pin["identity"]?.string,
                    // A branch or a revision alone is no version.
                    version: pin["state"]?["version"]?.string,
                    group: place.flatMap(owner)
                )
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "Package.resolved: \(error)")
        }
    }

    /// Host and owner of a repository's address: `github.com/apple` of `https://github.com/apple/swift-nio.git`.
    private func owner(_ address: String) -> String? {
        guard let scheme = address.firstRange(of: "://") else { return nil }
        let parts = address[scheme.upperBound...].split(separator: "/").dropLast()
        return parts.isEmpty || address.utf8.count > 512 ? nil : parts.joined(separator: "/")
    }
}
