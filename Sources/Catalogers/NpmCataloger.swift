import Bytes
import Foundation
import ScanModel

/// Installed npm packages, from their own `package.json` (npm docs, package.json: name, version, license).
struct NpmCataloger: Cataloger {
    let name = "npm"
    let version = 2
    let maxFileBytes = 8 << 20
    let selectors: [PathSelector] = [.name("package.json", parentSuffixes: [])]

    /// Fields of the wrong type read as absent: registries hold packages with any of them.
    private struct Manifest: Decodable {
        struct License: Decodable { var type: String? }

        var name: String?
        var version: String?
        var licenses: [String]

        enum Keys: String, CodingKey { case name, version, license, licenses }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            name = try? container.decode(String.self, forKey: .name)  // another type counts as absent
            version = try? container.decode(String.self, forKey: .version)  // likewise
            licenses = []
            for key in [Keys.license, .licenses] {
                if let text = try? container.decode(String.self, forKey: key) {  // the usual form
                    licenses.append(text)
                } else if let one = try? container.decode(License.self, forKey: key) {  // the old object form
                    licenses += [one.type].compactMap(\.self)
                } else if let many = try? container.decode([License].self, forKey: key) {  // the older list form
                    licenses += many.compactMap(\.type)
                }
            }
        }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        var manifest: Manifest
        do {
            let bytes = file.bytes.all
            manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
            let repeated = RepeatedMembers.strings(["name", "version"], in: bytes)
            if let name = repeated["name"] { manifest.name = name }
            if let version = repeated["version"] { manifest.version = version }
        } catch {
            found.problems.append("package.json is not valid JSON")
            return found
        }
        // Files without name or version only steer tools ("type": "module"); they are no packages.
        guard let name = manifest.name, let version = manifest.version, !name.isEmpty, !version.isEmpty else {
            return found
        }
        found.packages = [
            CatalogedPackage(
                Package(type: .npm, name: name, version: version, licenses: Array(Set(manifest.licenses)).sorted())
            )
        ]
        return found
    }
}
