import Bytes
import Catalogers
import Foundation
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

/// Each case is a root folder with package databases and, from another tool or its tests, what should be found there.
@Suite(
    "The shared catalog of package evidence",
    .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)")
)
struct CatalogFixtureTests {
    private struct Expected: Decodable {
        struct Package: Decodable {
            var type: String
            var name: String
            var version: String
        }
        struct Distro: Decodable {
            var id: String?
            var versionID: String?
        }
        var packages: [Package]
        var distro: Distro?
    }

    /// Cases where we differ, with the packages that are ours alone or theirs alone.
    private static let differences: [String: (reason: String, missing: Set<String>, extra: Set<String>)] = [
        "gobin-04": (
            "Another tool's test drops main modules without a version and writes the standard library as a module; Syft "
                + "and Go's own version command say what we say.",
            ["go-module stdlib v1.22.1"],
            ["go-module stdlib go1.22.1", "go-module command-line-arguments (devel)"]
        )
    ]

    private static let cases: [String] = {
        guard let folder = SharedFixtures.catalog else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()  // absent: no cases
    }()

    private func layer(of root: String) throws -> [UInt8] {
        var tar = TarBuilder()
        for name in try FileManager.default.subpathsOfDirectory(atPath: root).sorted() {
            let attributes = try FileManager.default.attributesOfItem(atPath: root + "/" + name)
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory: tar.directory(name)
            case .typeSymbolicLink:
                tar.symlink(name, to: try FileManager.default.destinationOfSymbolicLink(atPath: root + "/" + name))
            default:
                let content = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
                tar.file(name, Array(content), mode: (attributes[.posixPermissions] as? Int) ?? 0o644)
            }
        }
        return tar.archive
    }

    @Test("A case gives the packages and the distribution that are expected", arguments: cases)
    func matches(name: String) throws {
        let folder = try #require(SharedFixtures.catalog) + "/" + name
        // Lock files tell what a project asks for, not what is installed; what .NET publishes stands beside the program.
        guard name.hasPrefix("dotnet") || !FileManager.default.fileExists(atPath: folder + "/rootfs/app") else {
            return
        }
        let expected = try JSONDecoder().decode(
            Expected.self,
            from: Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json"))
        )
        let blob = try layer(of: folder + "/rootfs")
        let inventory = InventoryFold.fold([try LayerScanner().scan(ArrayProducer(blob), expected: nil)])
        // Records without a version are expected as UNKNOWN by some peers alone; of ours only archives are listed so.
        let found = Set(
            inventory.packages.map(\.package).filter(\.hasVersion).map { key($0.type.rawValue, $0.name, $0.version) }
        )
        let wanted = Set(
            expected.packages.filter { $0.version != "UNKNOWN" }
                .map { key($0.type, $0.name, $0.version) }
        )
        let known = Self.differences[name]
        #expect(wanted.subtracting(found) == known?.missing ?? [])
        #expect(found.subtracting(wanted) == known?.extra ?? [])
        if let id = expected.distro?.id, !id.isEmpty {
            #expect(inventory.distro?.id == id)
            #expect(inventory.distro?.versionID == expected.distro?.versionID ?? "")
        }
    }

    private func key(_ type: String, _ name: String, _ version: String) -> String {
        "\(type) \(type == "python" ? PURL.pypiName(name) : name) \(version)"
    }
}
