import Crypto
import Foundation
import Registry
import ScanModel
import TallymanTesting
import Testing

extension Tag {
    @Tag static var integration: Self
}

/// Reads from a real registry: `TALLYMAN_TEST_REGISTRY` names it, `host:port`.
@Suite(
    "A real registry",
    .tags(.integration),
    .enabled(if: RealRegistry.host != nil, "TALLYMAN_TEST_REGISTRY is not set")
)
struct RealRegistryTests {
    @Test("its repositories can be listed, and the first three resolved and read to the last layer")
    func readsAll() async throws {
        let host = try #require(RealRegistry.host)
        let pushed = TestImage(layers: [TestLayer.dpkg(["base"]), TestLayer.dpkg(["base", "app"])])
        try await RegistryPush(host: host).push(pushed, as: "registry-tests/app", tag: "1")
        try await withClient { client in
            try await client.ping(host)
            var repositories: [String] = []
            let summary = try await client.catalog(host) { repositories += $0 }
            #expect(!repositories.isEmpty && summary.problems.isEmpty)
            for repository in repositories.prefix(3) {
                let tag = try #require(try await client.tags(host, repository: repository).tags.first)
                let reference = ImageReference(registry: host, repository: repository, tag: tag)
                let resolved = try await client.resolve(reference)
                let image = try await client.selectImage(reference)
                #expect(resolved.digest == image.index?.descriptor.digest ?? image.descriptor.digest)
                let config = try await client.config(host, repository: repository, descriptor: image.manifest.config)
                #expect(config.config.rootfs?.diff_ids.count == image.manifest.layers.count)
                for layer in image.manifest.layers {
                    var hash = SHA256()
                    try await client.streamBlob(
                        registry: host,
                        repository: repository,
                        digest: layer.digest,
                        size: layer.size
                    ) { hash.update(data: $0) }
                    #expect(ScanModel.Digest(sha256: hash.finalize()) == layer.digest)
                }
            }
        }
    }

    @Test("what it does not have is not found")
    func missing() async throws {
        let host = try #require(RealRegistry.host)
        try await withClient { client in
            let reference = ImageReference(registry: host, repository: "tallyman/no-such-image", tag: "latest")
            #expect(await code { _ = try await client.resolve(reference) } == .notFound)
            #expect(await code { _ = try await client.tags(host, repository: "tallyman/no-such-image") } == .notFound)
        }
    }
}

private enum RealRegistry {
    static var host: String? { ProcessInfo.processInfo.environment["TALLYMAN_TEST_REGISTRY"] }
}
