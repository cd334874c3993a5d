import Bytes
import ScanModel

/// Packages that PEAR and PECL installed, from their registry: a serialised array a package (PEAR, PEAR_Registry).
struct PEARCataloger: Cataloger {
    let name = "pear"
    let version = 2
    let maxFileBytes = 8 << 20
    let selectors: [PathSelector] = [.suffixBelow(".reg", directory: ".registry")]

    private static let pecl = "pecl.php.net"

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        guard let package = PHPSerialization(file.bytes.all) else {
            found.problems.append("not a serialised package of PEAR's registry")
            return found
        }
        guard let name = package.texts["name"],
            let version = package.texts["version/release"] ?? package.texts["version"],
            !name.isEmpty, !version.isEmpty
        else {
            found.problems.append("no name or release in the package")
            return found
        }
        let channel = package.texts["channel"] ?? Self.channel(of: file.path)
        let license = package.texts["license/_content"] ?? package.texts["license"] ?? ""
        found.packages = [
            CatalogedPackage(
                Package(
                    type: channel == Self.pecl ? .phpPECL : .phpPEAR,
                    name: name,
                    version: version,
                    licenses: license.isEmpty || license.utf8.count > 256 ? [] : [license],
                    group: channel
                )
            )
        ]
        // Extensions say themselves what they are; what else is installed names no packages.
        var owned = OwnedPaths(of: file)
        for path in package.installed where path.hasSuffix(".so") { owned.add(Array(path.utf8), owner: name) }
        owned.add(to: &found)
        return found
    }

    /// Each channel but PEAR's own has a folder, `.channel.NAME`.
    private static func channel(of path: LayerPath) -> String {
        let folder = String(decoding: path.parent?.name ?? [], as: UTF8.self)
        return folder.hasPrefix(".channel.") ? String(folder.dropFirst(9)) : "pear.php.net"
    }
}
