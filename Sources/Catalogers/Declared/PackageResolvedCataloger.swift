import Bytes
import ScanModel

/// Swift packages, from `Package.resolved` in its versions 1, 2 and 3 (swift-package-manager,
/// Documentation/Usage.md, "Resolving versions").
///
/// Packages go by their repositories (purl-spec, types/swift): what version 1 calls one is what its manifest says, which
/// may be any name, and the identity of later versions is in lower case.
struct PackageResolvedCataloger: Cataloger {
    let name = "package-resolved"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("Package.resolved"), .pathSuffix(".package.resolved")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try BoundedJSON(file.bytes)
            let pins = document["object"]?["pins"] ?? document["pins"]
            var packages = PackageRecords(.swift)
            for pin in pins?.elements ?? [] {
                let place = (pin["repositoryURL"]?.string ?? pin["location"]?.string).flatMap(repository)
                packages.add(
                    name: place?.name ?? pin["package"]?.string ?? pin["identity"]?.string,
                    // A branch or a revision alone is no version.
                    version: pin["state"]?["version"]?.string,
                    group: place?.owner
                )
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "Package.resolved: \(error)")
        }
    }

    /// Host and owner, and name, of the repository at an address: `github.com/apple` and `swift-nio` of
    /// `https://github.com/apple/swift-nio.git` or `git@github.com:apple/swift-nio.git` (git-clone(1), "GIT URLS").
    private func repository(_ address: String) -> (owner: String, name: String)? {
        guard address.utf8.count <= 512 else { return nil }
        var parts: [Substring]
        if let scheme = address.firstRange(of: "://") {
            parts = address[scheme.upperBound...].split(separator: "/")
        } else if let colon = address.firstIndex(of: ":"), address[..<colon].contains("@") {
            parts = [address[..<colon]] + address[address.index(after: colon)...].split(separator: "/")
        } else {
            return nil
        }
        guard parts.count > 1, var name = parts.popLast() else { return nil }
        if let user = parts[0].lastIndex(of: "@") { parts[0] = parts[0][parts[0].index(after: user)...] }
        if name.hasSuffix(".git"), name.count > 4 { name = name.dropLast(4) }
        return (parts.joined(separator: "/"), String(name))
    }
}
