import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import SBOM

/// Syft itself, where `TALLYMAN_SYFT` names it.
private enum Syft {
    static let path = ProcessInfo.processInfo.environment["TALLYMAN_SYFT"]

    static var cases: [String] {
        guard path != nil, let folder = SharedFixtures.catalog else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()  // none, then no cases
    }

    /// Documents of one folder in several formats, in one run.
    static func documents(of folder: String, _ formats: [String]) throws -> [[UInt8]] {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: output) }  // what stays behind is in the temporary folder
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        let files = formats.map { output.appendingPathComponent($0) }
        process.arguments = ["dir:\(folder)", "-q"] + zip(formats, files).flatMap { ["-o", "\($0)=\($1.path)"] }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try files.map { Array(try Data(contentsOf: $0)) }
    }
}

@Suite(.enabled(if: Syft.path != nil && SharedFixtures.catalog != nil, "no Syft: TALLYMAN_SYFT does not name it"))
struct `Syft's documents` {
    private struct Native: Decodable {
        struct Artifact: Decodable {
            var name: String
            var version: String
            var type: String
        }
        struct Distro: Decodable {
            var id: String?
            var versionID: String?
        }
        var artifacts: [Artifact]
        var distro: Distro?
    }

    private static let formats = ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value"]

    @Test(arguments: Syft.cases)
    func `hold the packages that Syft's own format holds`(name: String) throws {
        let folder = "\(SharedFixtures.catalog ?? "")/\(name)/rootfs"
        let documents = try Syft.documents(of: folder, ["json"] + Self.formats)
        let native = try JSONDecoder().decode(Native.self, from: Data(documents[0]))
        let expected = Set(native.artifacts.map { "\($0.type) \($0.name) \(plain($0.version))" })
        var sources: [String: [SourcePackage?]] = [:]
        for (format, document) in zip(Self.formats, documents.dropFirst()) {
            let bill = try BillOfMaterials.read(document, source: name)
            let found = Set(
                bill.components.map { "\($0.package.type.rawValue) \($0.package.name) \(plain($0.package.version))" }
            )
            let plugin = "jenkins-plugin "
            // SPDX has no place for Syft's types: a Jenkins plug-in is a Java archive there.
            let wanted =
                format.hasPrefix("spdx")
                ? Set(expected.map { $0.hasPrefix(plugin) ? "java-archive \($0.dropFirst(plugin.count))" : $0 })
                : expected
            #expect(wanted.subtracting(found).isEmpty, "\(format) lacks \(wanted.subtracting(found).sorted())")
            #expect(found.subtracting(wanted).isEmpty, "\(format) adds \(found.subtracting(wanted).sorted())")
            if format.hasPrefix("cyclonedx") {
                #expect(bill.distro?.id ?? "" == native.distro?.id ?? "")
                #expect(bill.distro?.versionID ?? "" == native.distro?.versionID ?? "")
            }
            sources[format] = bill.components.filter(\.package.type.isOS).map(\.package.source)
        }
        #expect(sources["cyclonedx-json"] == sources["cyclonedx-xml"])
        #expect(sources["spdx-json"] == sources["spdx-tag-value"])
        #expect(sources["cyclonedx-json"] == sources["spdx-json"])
    }

    /// The version as its ecosystem has it: an epoch of nought is none, and Go's own is a number without `go`, as in
    /// Syft's purls.
    private func plain(_ version: String) -> String {
        for prefix in ["0:", "go1."] where version.hasPrefix(prefix) {
            return String(version.dropFirst(prefix == "0:" ? 2 : "go".count))
        }
        return version
    }
}
