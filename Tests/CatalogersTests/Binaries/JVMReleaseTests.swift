import Catalogers
import ScanModel
import TallymanTesting
import Testing

@Suite("Java installations")
struct JVMReleaseTests {
    private func package(_ text: String, path: String = "opt/java/openjdk/release") throws -> Package? {
        try catalog(path, text).packages.first?.package
    }

    @Test("Vendor, product and version are told from the release file")
    func vendors() throws {
        // eclipse-temurin:21, oracle/jdk:22, azul/zulu-openjdk:21
        let temurin = try package(
            "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"21.0.4+7-LTS\"\nJAVA_VERSION=\"21.0.4\"\nIMAGE_TYPE=\"JDK\"\n"
        )
        #expect(temurin?.purl(distro: nil) == "pkg:generic/oracle/openjdk@21.0.4%2B7-LTS")
        #expect(temurin?.cpes == ["cpe:2.3:a:oracle:openjdk:21.0.4:*:*:*:*:*:*:*"])
        let oracle = try package("IMPLEMENTOR=\"Oracle Corporation\"\nJAVA_VERSION=\"22.0.2\"\n")
        #expect(oracle.map { "\($0.name) \($0.version)" } == "jdk 22.0.2")
        #expect(oracle?.cpes.count == 3)
        let zulu = try package("IMPLEMENTOR=\"Azul Systems, Inc.\"\nJAVA_RUNTIME_VERSION=\"21.0.2+13-LTS\"\n")
        #expect(zulu?.name == "zulu")
    }

    @Test("The full version of Java 8 counts where it means the same Java")
    func old() throws {
        #expect(try package("JAVA_VERSION=\"1.8.0_422\"\nFULL_VERSION=\"1.8.0_422-b05\"\n")?.version == "1.8.0_422-b05")
        #expect(try package("JAVA_VERSION=\"1.8.0_422\"\nFULL_VERSION=\"8.0.422+5\"\n")?.version == "1.8.0_422")
    }

    @Test("Other files of the name are passed over", arguments: ["", "NAME=x\n", "JAVA_VERSION=\"\"\n", "\0\0=\n=\n"])
    func others(text: String) throws {
        let found = try catalog("etc/release", text)
        #expect(found.packages == [])
        #expect(found.problems == [])
    }
}
