import Foundation
import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Registry faults: manifests")
struct ManifestFaultTests {
    private func select(_ registry: FaultRegistry, _ repository: String = "a", tag: String = "1") async throws
        -> SelectedImage
    {
        try await withClient { client in
            try await client.selectImage(
                ImageReference(registry: registry.host, repository: repository, tag: tag),
                platform: .linuxAMD64
            )
        }
    }

    private func withRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        try await body(registry)
    }

    @Test("F50: an image of a thousand layers is read, one of more is refused", arguments: [128, 1000, 1001])
    func manyLayers(count: Int) async throws {
        try await withRegistry { registry async throws in
            registry.add(TestImage(layers: (0..<count).map { Array("\($0)".utf8) }), as: "a", tag: "1")
            if count > 1000 {
                #expect(await code { _ = try await select(registry) } == .tooLarge)
            } else {
                #expect(try await select(registry).manifest.layers.count == count)
            }
        }
    }

    @Test("F50: JSON as deep as it likes is refused, wherever it stands")
    func deepJSON() async throws {
        let deep = String(repeating: "[", count: 40_000)
        let deeper = String(repeating: #"{"a":"#, count: 40_000)
        for text in [deep, deeper, #"{"errors":\#(deep)"#, #"{"token":\#(deep)"#, #"{"manifests":\#(deep)"#] {
            try await withRegistry { registry async throws in
                let bytes = Array(text.utf8)
                for type in [MediaType.ociManifest, MediaType.ociIndex, "application/json"] {
                    registry.addManifest(bytes, type: type, as: "a", tag: "1")
                    #expect(await code { _ = try await select(registry) } == .badResponse)
                }
                registry.setFault(.body(bytes), at: "_catalog")
                registry.setFault(.status(403, text: text), at: "b/")
                registry.setFault(
                    .status(401, [("WWW-Authenticate", #"Bearer realm="\#(registry.url)/v2/t""#)]),
                    at: "c/"
                )
                registry.setFault(.status(200, text: text), at: "t")
                registry.addBlob(bytes)
                try await withClient { client in
                    #expect(await code { _ = try await client.catalog(registry.host) { _ in } } == .badResponse)
                    #expect(await code { _ = try await client.tags(registry.host, repository: "b") } == .forbidden)
                    #expect(await code { _ = try await client.tags(registry.host, repository: "c") } == .badResponse)
                    let config = Descriptor(
                        mediaType: MediaType.ociConfig,
                        digest: digest(bytes),
                        size: Int64(bytes.count)
                    )
                    #expect(
                        await code {
                            _ = try await client.config(registry.host, repository: "a", descriptor: config)
                        } == .badResponse
                    )
                }
            }
        }
    }

    @Test("F50: a configuration of 100 MB is refused before it is asked for, and one that only grows to it cut")
    func hugeConfig() async throws {
        try await withRegistry { registry async throws in
            let part = [UInt8](repeating: 32, count: 1 << 20)
            registry.setFault(
                Fault { _, _ in
                    [.head(200, [("Connection", "close")])] + Array(repeating: .bytes(part), count: 100) + [.close]
                },
                at: "a/blobs/"
            )
            try await withClient { client in
                for (size, expected) in [(Int64(100) << 20, RegistryError.Code.tooLarge), (1000, .badResponse)] {
                    let config = Descriptor(mediaType: MediaType.ociConfig, digest: digest([1]), size: size)
                    #expect(
                        await code {
                            _ = try await client.config(registry.host, repository: "a", descriptor: config)
                        } == expected
                    )
                }
            }
            #expect(registry.requests.count == 1)
        }
    }

    @Test(
        "F51: a digest that is none is never asked for",
        arguments: [
            "sha256:../../x", "sha256:" + String(repeating: "A", count: 64), "md5:" + String(repeating: "a", count: 32),
            "sha256:" + String(repeating: "a", count: 63), "sha256:" + String(repeating: "a", count: 65),
            "SHA256:" + String(repeating: "a", count: 64), "sha256:" + String(repeating: "a", count: 63) + "\\u0000",
            "sha256:\(String(repeating: "a", count: 64))?x", "sha512:" + String(repeating: "a", count: 64), "", ":",
            "sha256:" + String(repeating: "ａ", count: 64),
        ]
    )
    func digests(text: String) async throws {
        try await withRegistry { registry async throws in
            let good = Documents.image()
            let own = "\(digest(Array(Documents.config.utf8)))"
            let index = Documents.index([Documents.entry(good, platform: "linux/amd64")])
            let layer = #"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"\#(text)","size":1}"#
            let cases: [(String, String)] = [
                (good.replacing(own, with: text), MediaType.ociManifest),
                (good.replacing(#""layers":[]"#, with: #""layers":[\#(layer)]"#), MediaType.ociManifest),
                (index.replacing("\(digest(Array(good.utf8)))", with: text), MediaType.ociIndex),
            ]
            for (body, type) in cases {
                registry.addManifest(Array(body.utf8), type: type, as: "a", tag: "1")
                #expect(await code { _ = try await select(registry) } == .badResponse)
            }
            #expect(registry.requests.allSatisfy { $0.target == "/v2/a/manifests/1" })
            // In a header it is as good as missing.
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return }
            registry.addManifest(Array(good.utf8), type: MediaType.ociManifest, as: "a", tag: "1")
            registry.setFault(
                .header("Docker-Content-Digest", text),
                at: "a/manifests/"
            )
            try await withClient { client async throws in
                let reference = ImageReference(registry: registry.host, repository: "a", tag: "1")
                #expect(try await client.resolve(reference).digest == digest(Array(good.utf8)))
            }
        }
    }

    @Test("F52: bytes under one digest are one thing or an error, whatever type they are served with")
    func twoTypes() async throws {
        let types = [
            MediaType.ociManifest, MediaType.dockerManifest, MediaType.ociIndex, MediaType.dockerIndex,
            MediaType.dockerSchema1, MediaType.dockerSchema1Signed, "application/json", "text/plain",
            "application/vnd.cncf.helm.chart", "x",
        ]
        let image = Documents.image()
        let bodies = [
            image, Documents.image(mediaType: nil), Documents.index([], mediaType: nil), Documents.index([]),
            Documents.image(mediaType: nil, configType: "application/vnd.cncf.helm.config.v1+json"),
            #"{"schemaVersion":1,"name":"a","fsLayers":[],"history":[]}"#,
        ]
        for body in bodies {
            var kinds: Set<String> = []
            for type in types {
                try await withRegistry { registry async throws in
                    registry.addManifest(Array(body.utf8), type: type, as: "a", tag: "1")
                    try await withClient { client in
                        let reference = ImageReference(registry: registry.host, repository: "a", tag: "1")
                        // An error is one of the two right outcomes.
                        guard let content = try? await client.manifest(reference).content() else { return }
                        switch content {
                        case .image: kinds.insert("image")
                        case .index: kinds.insert("index")
                        case .artifact: kinds.insert("artifact")
                        case .schema1: kinds.insert("schema 1")
                        case .unknown: kinds.insert("unknown")
                        }
                    }
                }
            }
            #expect(kinds.count == 1, "\(kinds): \(body.prefix(60))")
        }
    }

    @Test("F42: a catalog that is cut to pages of any size is read to its end", arguments: [1, 3, 100])
    func pages(size: Int) async throws {
        try await withRegistry { registry async throws in
            let names = (0..<10).map { "team/app-\($0)" }
            for name in names { registry.add(TestImage(layers: []), as: name, tag: "1") }
            registry.setPageSize(size)
            try await withClient { client async throws in
                var found: [String] = []
                let summary = try await client.catalog(registry.host) { found += $0 }
                #expect(found == names && summary.problems.isEmpty)
            }
        }
    }
}
