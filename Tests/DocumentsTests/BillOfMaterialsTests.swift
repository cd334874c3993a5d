import AdvisoryFile
import DedicatedThread
import Foundation
import ImageSources
import SBOM
import ScanModel
import Testing

@testable import Documents

@Suite struct `SBOM of an image` {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func installed(_ package: Package, ownedBy: String? = nil) -> InstalledPackage {
        InstalledPackage(package: package, layer: 0, paths: ["/evidence/\(package.name)"], ownedBy: ownedBy)
    }

    private var image: ScannedImage {
        let packages = [
            installed(
                Package(
                    type: .deb,
                    name: "libcap2-bin",
                    version: "1:2.66-4",
                    arch: "amd64",
                    source: SourcePackage(name: "libcap2", version: "1:2.66-4"),
                    licenses: ["BSD-3-clause", "GPL-2"]
                )
            ),
            installed(Package(type: .deb, name: "python3-flask", version: "2.2.3-1", arch: "all")),
            installed(Package(type: .python, name: "Flask", version: "2.2.2")),
            installed(Package(type: .python, name: "Flask", version: "2.2.3"), ownedBy: "python3-flask"),
        ]
        return ScannedImage(
            source: "dir:/x",
            inventory: Inventory(
                distro: Distro(id: "debian", versionID: "12", name: "Debian 12", codename: "bookworm"),
                packages: packages,
                gaps: [LayerGap(layer: 0, gap: CoverageGap(path: "a", reason: "too large"))]
            )
        )
    }

    private func advisories() throws -> AdvisoryFile {
        let record = #"""
            {"schema_version":"1.6.0","id":"PYSEC-1","aliases":["CVE-2023-30861"],"modified":"2024-01-01T00:00:00Z",
            "affected":[{"package":{"ecosystem":"PyPI","name":"flask"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.2.5"}]}]}]}
            """#
        let feed = folder.appendingPathComponent("PYSEC-1.json")
        try Data(record.utf8).write(to: feed)
        // Something about Debian 12, so that the release is known.
        let tracker = folder.appendingPathComponent("debian.json")
        let known = #"{"a":{"CVE-2000-1":{"releases":{"bookworm":{"status":"resolved","fixed_version":"1"}}}}}"#
        try Data(known.utf8).write(to: tracker)
        let path = folder.appendingPathComponent("advisories.sqlite").path
        try AdvisoryFile.build(at: path, from: [feed.path, tracker.path])
        return try AdvisoryFile(path: path)
    }

    @Test(arguments: SBOMFormat.allCases)
    func `read back, it gives the packages, gaps and matches of the image`(format: SBOMFormat) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        let file = folder.appendingPathComponent("document")
        try Data(BillOfMaterials(image, version: "1").encode(as: format)).write(to: file)
        let loader = ImageLoader(pool: try ThreadPool(name: "test", threads: 1), client: { fatalError("no registry") })
        let back = try await loader.load(try ImageSource("sbom:\(file.path)"), platform: nil)

        let advisories = try advisories()
        let expected = try ScanDocument(image, advisories: advisories, version: "1")
        let document = try ScanDocument(back, advisories: advisories, version: "1")
        #expect(expected.vulnerabilities.map(\.key) == document.vulnerabilities.map(\.key))
        #expect(document.vulnerabilities.map(\.package.version) == ["2.2.2"])
        #expect(back.inventory.packages == image.inventory.packages)
        #expect(back.inventory.distro == image.inventory.distro)
        #expect(back.inventory.gaps == image.inventory.gaps)
    }

    @Test(arguments: SBOMFormat.allCases)
    func `a document of a document names the image's layers and labels as the first does`(
        format: SBOMFormat
    ) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        var image = self.image
        image.layerDigests = [Digest(sha256: [UInt8](repeating: 1, count: 32))]
        image.diffIDs = [Digest(sha256: [UInt8](repeating: 2, count: 32))]
        image.labels = ["org.opencontainers.image.title": "app"]
        let bill = BillOfMaterials(image, version: "1")
        #expect(bill.subject.layers == image.layerDigests)
        #expect(bill.subject.diffIDs == image.diffIDs)
        #expect(bill.subject.labels == image.labels)
        let file = folder.appendingPathComponent("document")
        try Data(bill.encode(as: format)).write(to: file)
        let loader = ImageLoader(pool: try ThreadPool(name: "test", threads: 1), client: { fatalError("no registry") })
        let back = try await loader.load(try ImageSource("sbom:\(file.path)"), platform: nil)
        let again = BillOfMaterials(back, version: "1")
        #expect(again.subject.layers == bill.subject.layers)
        #expect(again.subject.diffIDs == bill.subject.diffIDs)
        #expect(again.subject.labels == bill.subject.labels)
        #expect(again.components.map(\.installed) == bill.components.map(\.installed))
    }

    @Test func `flaws are listed once, with each package they touch`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        let document = try ScanDocument(image, advisories: advisories(), version: "1")
        let bill = BillOfMaterials(image, document: document, version: "1")
        #expect(bill.vulnerabilities.map(\.id) == ["CVE-2023-30861"])
        #expect(bill.vulnerabilities.first?.affected.map(\.purl) == ["pkg:pypi/flask@2.2.2"])
        #expect(bill.vulnerabilities.first?.affected.first?.fixedVersions == ["2.2.5"])
    }
}
