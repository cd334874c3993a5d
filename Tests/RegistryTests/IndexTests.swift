import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Indexes")
struct IndexTests {
    private let amd64 = Documents.image()
    private let arm64 = Documents.image(mediaType: MediaType.dockerManifest, configType: MediaType.dockerConfig)
    private let attestation = #"{"vnd.docker.reference.type":"attestation-manifest"}"#

    private func select(
        _ index: String,
        platform: Platform? = nil,
        other: [(String, type: String)] = []
    ) async throws -> SelectedImage {
        let images = [(amd64, type: MediaType.ociManifest), (arm64, type: MediaType.dockerManifest)]
        let server = try contentServer(tags: ["t": (index, type: MediaType.ociIndex)], other: images + other)
        defer { server.stop() }
        return try await withClient { client in
            try await client.selectImage(try #require(ImageReference("\(server.host)/a:t")), platform: platform)
        }
    }

    private var entries: [String] {
        [
            Documents.entry(arm64, type: MediaType.dockerManifest, platform: "linux/arm64"),
            Documents.entry(amd64, platform: "linux/amd64"),
        ]
    }

    @Test("the platform asked for is chosen, and linux/amd64 without one")
    func platforms() async throws {
        #expect(try await select(Documents.index(entries)).descriptor.platform == .linuxAMD64)
        let arm = try await select(Documents.index(entries), platform: Platform(os: "linux", architecture: "arm64"))
        #expect(arm.bytes == Array(arm64.utf8))
        #expect(arm.index != nil)
    }

    @Test("F45: an index for arm64 alone gives that, or the reason where another is asked for")
    func armOnly() async throws {
        let index = Documents.index([entries[0]])
        #expect(try await select(index).descriptor.platform?.architecture == "arm64")
        let error = await failure { _ = try await select(index, platform: .linuxAMD64) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("the index has linux/arm64") == true)
    }

    @Test("F45: attestations are no images, with annotations or as unknown/unknown")
    func attestations() async throws {
        let index = Documents.index([
            Documents.entry(digest([1]), size: 1, type: MediaType.ociManifest, platform: "unknown/unknown"),
            Documents.entry(digest([2]), size: 1, type: MediaType.ociManifest, annotations: attestation), entries[1],
        ])
        #expect(try await select(index).bytes == Array(amd64.utf8))
        let none = await failure { _ = try await select(Documents.index([])) }
        #expect(none?.code == .unsupported)
    }

    @Test("F45: indexes within indexes are read, and one that is missing or itself costs only itself")
    func nested() async throws {
        let inner = Documents.index([entries[1]])
        let outer = Documents.index([
            Documents.entry(digest([9]), size: 1, type: MediaType.ociIndex),
            Documents.entry(inner, type: MediaType.ociIndex), Documents.entry(inner, type: MediaType.ociIndex),
            Documents.entry(digest([8]), size: 1, type: "application/vnd.example"),
        ])
        let chosen = try await select(outer, other: [(inner, type: MediaType.ociIndex)])
        #expect(chosen.descriptor.platform == .linuxAMD64)
        #expect(chosen.problems.count == 3)
    }

    @Test("F45: what an index names and the registry has not makes the image broken: neither gone nor none for good")
    func missingChild() async throws {
        let missing = Documents.index([
            Documents.entry(digest([9]), size: 1, type: MediaType.ociManifest, platform: "linux/amd64")
        ])
        #expect(await code { _ = try await select(missing) } == .badResponse)
        let unlabelled = Documents.index([Documents.entry(digest([9]), size: 1, type: MediaType.ociManifest)])
        #expect(await code { _ = try await select(unlabelled) } == .badResponse)
        let nested = Documents.index([Documents.entry(digest([9]), size: 1, type: MediaType.ociIndex)])
        #expect(await code { _ = try await select(nested) } == .badResponse)
    }

    @Test("F45: an index that names itself ends", arguments: [1, 3])
    func cyclic(copies: Int) async throws {
        // A digest cannot be in its own content, so the registry lies about the content; the digest check sees it.
        let own = digest([7])
        let index = Documents.index((0..<copies).map { _ in Documents.entry(own, size: 1, type: MediaType.ociIndex) })
        let server = try FaultServer { _, _ in .reply(200, [("Content-Type", MediaType.ociIndex)], text: index) }
        defer { server.stop() }
        try await withClient { client in
            let reference = try #require(ImageReference("\(server.host)/a:t"))
            #expect(await code { _ = try await client.selectImage(reference) } == .badResponse)
            // The walk itself, told that it is inside the index that its child names.
            guard case .index(let value) = try await client.manifest(reference).content() else { return }
            let found = try await client.images(in: value, of: reference, digest: own)
            #expect(found.images.isEmpty)
            #expect(found.problems.count == copies)
        }
        #expect(server.requests.count < 6)
    }

    @Test("F45: a chain of indexes deeper than the bound is cut")
    func deep() async throws {
        var chain: [(String, type: String)] = []
        var text = Documents.index([entries[1]])
        for _ in 0..<6 {
            chain.append((text, type: MediaType.ociIndex))
            text = Documents.index([Documents.entry(text, type: MediaType.ociIndex)])
        }
        #expect(await code { _ = try await select(text, other: chain) } == .unsupported)
    }

    @Test("F45: ten thousand children are read, more are refused")
    func manyChildren() async throws {
        let filler = Documents.entry(digest([1]), size: 1, type: MediaType.ociManifest, platform: "windows/amd64")
        let many = Array(repeating: filler, count: 9_999)
        #expect(try await select(Documents.index(many + [entries[1]])).descriptor.platform == .linuxAMD64)
        #expect(await code { _ = try await select(Documents.index(many + entries)) } == .tooLarge)
    }

    @Test("an image without a stated platform is looked into")
    func unlabelled() async throws {
        let index = Documents.index([Documents.entry(amd64)])
        #expect(try await select(index, platform: .linuxAMD64).descriptor.platform == .linuxAMD64)
        let arm = Platform(os: "linux", architecture: "arm64")
        #expect(await code { _ = try await select(index, platform: arm) } == .unsupported)
    }
}
