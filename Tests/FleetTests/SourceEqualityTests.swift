import DedicatedThread
import Foundation
import ImageSources
import Logging
import Registry
import ScanModel
import TallymanTesting
import Testing

/// One image in every place that images come from.
@Suite("The same image from a registry, a layout, an archive of one, and a Docker archive")
struct SourceEqualityTests {
    private let image = TestImage(
        layers: [
            TestLayer.debian(["libc6", "zlib1g"]), TestLayer.dpkg(["libc6", "curl"]),
            TestLayer.tar([
                ("app/node_modules/a/package.json", Array(#"{"name":"a","version":"1","license":"MIT"}"#.utf8)),
                ("app/broken.jar", Array("no archive".utf8)),
            ]),
        ],
        created: "2024-01-02T03:04:05.678+01:00",
        labels: ["org.opencontainers.image.version": "1.4"]
    )

    private func layout() -> [(String, [UInt8])] {
        let index = #"""
            {"schemaVersion":2,"manifests":[{"mediaType":"\#(image.mediaType)","digest":"\#(image.digest)",
            "size":\#(image.manifest.count),"annotations":{"org.opencontainers.image.ref.name":"app"}}]}
            """#
        return [("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)), ("index.json", Array(index.utf8))]
            + image.blobs.sorted { $0.key < $1.key }.map { ("blobs/sha256/\($0.key.hex)", $0.value) }
            + [("blobs/sha256/\(image.digest.hex)", image.manifest)]
    }

    private func dockerArchive() throws -> [UInt8] {
        let manifest = try JSONDecoder().decode(ImageManifest.self, from: Data(image.manifest))
        let config = manifest.config.digest
        let layers = manifest.layers.map { "\"\($0.digest.hex).tar\"" }.joined(separator: ",")
        let list = #"[{"Config":"\#(config.hex).json","RepoTags":["app:1"],"Layers":[\#(layers)]}]"#
        return TestLayer.tar(
            manifest.layers.compactMap { layer in image.blobs[layer.digest].map { ("\(layer.digest.hex).tar", $0) } }
                + [("\(config.hex).json", image.blobs[config] ?? []), ("manifest.json", Array(list.utf8))]
        )
    }

    private func load(_ source: String) async throws -> ScannedImage {
        let logger = Logger(label: "test")
        let client = RegistryClient(
            options: RegistryOptions(),
            credentials: DockerConfigCredentials(environment: [:], logger: logger),
            logger: logger
        )
        let loader = ImageLoader(pool: try ThreadPool(name: "test", threads: 2), client: { client })
        do {
            let loaded = try await loader.load(try ImageSource(source))
            try await client.shutdown()
            return loaded
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    @Test("has the same packages, distribution, gaps, layers, date and labels")
    func equal() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }  // a folder that stays does no harm
        for (name, bytes) in layout() {
            let file = folder.appendingPathComponent("layout/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(bytes).write(to: file)
        }
        try Data(TestLayer.tar(layout())).write(to: folder.appendingPathComponent("oci.tar"))
        try Data(try dockerArchive()).write(to: folder.appendingPathComponent("docker.tar"))
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.add(image, as: "team/app", tag: "1")

        let first = try await load("\(registry.host)/team/app:1")
        #expect(first.inventory.packages.map(\.package.name) == ["curl", "libc6", "a"])
        #expect(first.inventory.gaps.count == 1)
        #expect(first.created == "2024-01-02T02:04:05Z")
        #expect(first.labels == ["org.opencontainers.image.version": "1.4"])
        for place in ["oci-dir:\(folder.path)/layout:app", "oci-archive:\(folder.path)/oci.tar"] {
            let other = try await load(place)
            #expect(other.digest == first.digest)
            expectEqual(other, first)
        }
        expectEqual(try await load("docker-archive:\(folder.path)/docker.tar"), first)
    }

    private func expectEqual(_ one: ScannedImage, _ other: ScannedImage) {
        #expect(one.inventory.packages == other.inventory.packages)
        #expect(one.inventory.distro == other.inventory.distro)
        #expect(one.inventory.gaps == other.inventory.gaps)
        #expect(one.layerDigests == other.layerDigests)
        #expect(one.diffIDs == other.diffIDs)
        #expect(one.imageID == other.imageID)
        #expect(one.platform == other.platform)
        #expect(one.created == other.created)
        #expect(one.labels == other.labels)
    }
}
