import Bytes
import Foundation
import JavaArchives
import TallymanTesting
import Testing

@Suite(
    "Java archives of the shared fixtures",
    .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)")
)
struct JavaFixtureTests {
    private struct Expected: Decodable {
        struct Package: Decodable, Hashable {
            var type: String
            var name: String
            var version: String
            var group: String
        }
        var packages: [Package]
    }

    // java-meta-03 is expected below: its pom.xml tells a groupId, for which the recorded answer repeats the name.
    @Test(
        "Archives give the packages that are expected of them",
        arguments: ["java-01", "java-08", "java-10", "java-11", "java-meta-01", "java-meta-04"]
    )
    func expected(name: String) throws {
        let folder = try #require(SharedFixtures.catalog) + "/" + name
        let expected = try JSONDecoder().decode(
            Expected.self,
            from: Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json"))
        )
        // What states no version is expected by one of the peers alone.
        let found = try artifacts(in: folder).compactMap { artifact in
            artifact.version.map { version in
                let group = artifact.groupID ?? artifact.name
                return Expected.Package(type: "java-archive", name: artifact.name, version: version, group: group)
            }
        }
        #expect(Set(found) == Set(expected.packages))
    }

    @Test("A pom.xml without pom.properties tells the groupId")
    func pomXMLAlone() throws {
        let found = try artifacts(in: #require(SharedFixtures.catalog) + "/java-meta-03")
        #expect(found.map(\.name) == ["commons-lang3"])
        #expect(found.map(\.version) == ["3.12.0"])
        #expect(found.map(\.groupID) == ["org.apache.commons"])
    }

    private func artifacts(in folder: String) throws -> [JavaArtifact] {
        let archives = folder + "/rootfs/opt/app"
        return try FileManager.default.contentsOfDirectory(atPath: archives).flatMap { file in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: archives + "/" + file))
            let (artifacts, problems) = JavaArchiveReader.read(FileBytes([UInt8](bytes)), path: "/opt/app/" + file)
            #expect(problems.allSatisfy { $0.hasSuffix(" states no version") })
            return artifacts
        }
    }
}
