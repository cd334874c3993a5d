import Bytes
import Catalogers
import Foundation
import ScanModel
import TallymanTesting
import Testing

/// The shared cases of folders with lock files; images are tested without them.
@Suite("The shared catalog of lock files", .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)"))
struct DeclaredFixtureTests {
    private struct Expected: Decodable {
        struct Package: Decodable {
            var type: String
            var name: String
            var version: String
        }
        var packages: [Package]
    }

    /// The cases that differ, by name.
    ///
    /// Those of npm follow Trivy; we follow Syft, which leaves development out and counts the root. That of Python has what
    /// an older Syft made of `===` and of a local version (PEP 440, "Arbitrary equality", "Local version identifiers").
    private static let differences: [String: (missing: Set<String>, extra: Set<String>)] = [
        "npm-lock-02": (["npm debug 2.5.2", "npm ms 0.7.2"], ["npm node_v1 1.0.0"]),
        "npm-lock-05": (
            ["npm fsevents 1.2.9", "npm mkdirp 0.5.1", "npm node-pre-gyp 0.12.0"], ["npm 5139 1.0.0"]
        ),
        "python-reqs-01": (
            ["python local-version 1.2.3", "python urllib3 =1.26.20"],
            ["python local-version 1.2.3+gcr.2", "python urllib3 1.26.20"]
        ),
    ]

    /// The kinds of packages that the lock files here declare.
    private static let types: Set<String> = ["npm", "python", "gem", "php-composer"]

    private static let cases: [String] = {
        guard let folder = SharedFixtures.catalog else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()  // absent: no cases
            .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/rootfs/app") }
    }()

    @Test("A folder gives the packages that are expected", arguments: cases)
    func matches(name: String) throws {
        let folder = try #require(SharedFixtures.catalog) + "/" + name
        let expected = try JSONDecoder().decode(
            Expected.self,
            from: Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json"))
        )
        let root = folder + "/rootfs"
        var found: Set<String> = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: root) {
            let path = LayerPath(file)
            for index in Catalogers.directorySelection.catalogers(for: path) {
                let bytes = FileBytes(Array(try Data(contentsOf: URL(fileURLWithPath: root + "/" + file))))
                let cataloger = Catalogers.directorySelection.catalogers[index]
                for item in cataloger.catalog(EvidenceFile(path: path, bytes: bytes)).packages
                where Self.types.contains(item.package.type.rawValue) {
                    found.insert(key(item.package.type.rawValue, item.package.name, item.package.version))
                }
            }
        }
        let wanted = Set(
            expected.packages.filter { $0.version != "UNKNOWN" && Self.types.contains($0.type) }
                .map { key($0.type, $0.name, $0.version) }
        )
        #expect(wanted.subtracting(found) == Self.differences[name]?.missing ?? [])
        #expect(found.subtracting(wanted) == Self.differences[name]?.extra ?? [])
    }

    private func key(_ type: String, _ name: String, _ version: String) -> String {
        "\(type) \(type == "python" ? PURL.pypiName(name) : name) \(version)"
    }
}
