import Foundation
import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Manifests")
struct ManifestTests {
    private func reference(_ server: FaultServer, _ tail: String = "a:t") throws -> ImageReference {
        try #require(ImageReference("\(server.host)/\(tail)"))
    }

    @Test("a manifest comes with its digest, type and size")
    func fetches() async throws {
        let text = Documents.image()
        let server = try contentServer(tags: ["t": (text, type: "\(MediaType.ociManifest); charset=utf-8")])
        defer { server.stop() }
        try await withClient { client in
            let fetched = try await client.manifest(try reference(server))
            #expect(fetched.bytes == Array(text.utf8))
            #expect(fetched.descriptor.digest == digest(Array(text.utf8)))
            #expect(fetched.descriptor.mediaType == MediaType.ociManifest)
            guard case .image = try fetched.content() else {
                Issue.record("not read as an image")
                return
            }
        }
        #expect(server.requests.first?.headers["accept"]?.contains(MediaType.ociIndex) == true)
    }

    @Test("resolving takes the HEAD answer, and falls back to GET where that says too little", arguments: [0, 1, 2, 3])
    func resolves(kind: Int) async throws {
        let text = Documents.image()
        let expected = digest(Array(text.utf8))
        let server = try FaultServer { request, _ in
            guard request.method == "HEAD" else {
                return .reply(200, [("Content-Type", MediaType.ociManifest)], text: text)
            }
            let type = ("Content-Type", MediaType.ociManifest)
            switch kind {
            case 0: return .headOnly([type, ("Docker-Content-Digest", "\(expected)")], length: text.utf8.count)
            case 1: return .headOnly([type], length: text.utf8.count)
            case 2: return .headOnly([type, ("Docker-Content-Digest", "sha256:../../x")], length: text.utf8.count)
            default: return [.head(405, [("Content-Length", "0")])]
            }
        }
        defer { server.stop() }
        try await withClient { client in
            let found = try await client.resolve(try reference(server))
            #expect(found.digest == expected)
            #expect(found.size == Int64(text.utf8.count))
        }
        #expect(server.requests.map(\.method) == (kind == 0 ? ["HEAD"] : ["HEAD", "GET"]))
    }

    @Test("F37: a manifest with another digest than asked for or stated is refused")
    func wrongDigest() async throws {
        let other = digest([1])
        let server = try FaultServer { _, _ in
            .reply(
                200,
                [("Content-Type", MediaType.ociManifest), ("Docker-Content-Digest", "\(other)")],
                text: Documents.image()
            )
        }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await client.manifest(try reference(server)) } == .digestMismatch)
            #expect(
                await code { _ = try await client.manifest(try reference(server, "a@\(digest([2]))")) }
                    == .digestMismatch
            )
            #expect(
                await code { _ = try await client.resolve(try reference(server, "a@\(digest([2]))")) }
                    == .digestMismatch
            )
        }
    }

    @Test("F50: a manifest of 100 MB is refused, whether it states its length or not", arguments: [true, false])
    func huge(statesLength: Bool) async throws {
        let part = [UInt8](repeating: 32, count: 1 << 20)
        let server = try FaultServer { _, _ in
            let length = statesLength ? [("Content-Length", "\(100 << 20)")] : [("Connection", "close")]
            return [.head(200, length)] + (0..<100).map { _ in .bytes(part) } + [.close]
        }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await client.manifest(try reference(server)) } == .tooLarge)
        }
        #expect(server.requests.count == 1)
    }

    @Test("F52: response, body and fields must agree on what a manifest is")
    func confusion() async throws {
        let image = Documents.image()
        let both = String(image.dropLast()) + #","manifests":[]}"#
        let cases: [(String, String)] = [
            (image, MediaType.ociIndex), (Documents.index([]), MediaType.ociManifest), (both, MediaType.ociManifest),
            (both.replacing(MediaType.ociManifest, with: MediaType.ociIndex), MediaType.ociIndex),
            (Documents.index([], mediaType: nil), MediaType.ociManifest),
            (Documents.image(mediaType: nil), MediaType.ociIndex), ("[]", MediaType.ociManifest),
            (String(repeating: "[", count: 100_000), MediaType.ociManifest), ("", MediaType.ociManifest),
            (image.replacing("sha256:", with: "md5:"), MediaType.ociManifest),
            (image.replacing(#""schemaVersion":2"#, with: #""schemaVersion":3"#), MediaType.ociManifest),
        ]
        for (text, type) in cases {
            let server = try contentServer(tags: ["t": (text, type: type)])
            defer { server.stop() }
            try await withClient { client in
                let fetched = try await client.manifest(try reference(server))
                #expect(throws: RegistryError.self, "\(type): \(text.prefix(80))") { try fetched.content() }
            }
        }
    }

    @Test("a body's own type, or its fields, stand in for a response's type that says nothing")
    func genericTypes() async throws {
        for type in ["application/json", "text/plain", "application/octet-stream"] {
            for own in [MediaType.ociManifest, nil] {
                let server = try contentServer(tags: ["t": (Documents.image(mediaType: own), type: type)])
                defer { server.stop() }
                try await withClient { client in
                    guard case .image = try await client.manifest(try reference(server)).content() else {
                        Issue.record("\(type), \(own ?? "none"): not read as an image")
                        return
                    }
                }
            }
        }
    }

    @Test("F46: what is not a container image is said to be so")
    func unsupported() async throws {
        let schema1 = #"{"schemaVersion":1,"name":"a","fsLayers":[],"history":[]}"#
        let chart = Documents.image(configType: "application/vnd.cncf.helm.config.v1+json")
        let cases: [(String, String, String)] = [
            (schema1, MediaType.dockerSchema1Signed, "schema 1"), (schema1, "application/json", "schema 1"),
            (schema1, MediaType.dockerManifest, "schema 1"), (chart, MediaType.ociManifest, "helm"),
            ("{}", "application/vnd.example+json", "application/vnd.example+json"),
        ]
        for (text, type, reason) in cases {
            let server = try contentServer(tags: ["t": (text, type: type)])
            defer { server.stop() }
            try await withClient { client in
                let error = await failure { _ = try await client.selectImage(try reference(server)) }
                #expect(error?.code == .unsupported)
                #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test("F46: a signature does not make what its digest is of something else")
    func signatures() async throws {
        let image = TestImage(layers: [[1]])
        let manifest = String(decoding: image.manifest, as: UTF8.self)
        // A registry that would pass an image off as something that is not read.
        let tail = Data(manifest.utf8.dropFirst()).base64EncodedString().replacing("=", with: "")
            .replacing("+", with: "-").replacing("/", with: "_")
        let format = Data(#"{"formatLength":1,"formatTail":"\#(tail)"}"#.utf8).base64EncodedString()
            .replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
        let disguised = #"{"schemaVersion":1,"fsLayers":[],"signatures":[{"protected":"\#(format)"}]}"#
        for (type, expected) in [
            (MediaType.dockerSchema1Signed, RegistryError.Code.badResponse), (MediaType.ociManifest, .digestMismatch),
        ] {
            let server = try contentServer(tags: ["\(image.digest)": (disguised, type: type)])
            defer { server.stop() }
            try await withClient { client in
                let reference = ImageReference(registry: server.host, repository: "a", digest: image.digest)
                #expect(await code { _ = try await client.selectImage(reference) } == expected)
            }
        }
        let server = try contentServer(tags: ["\(image.digest)": (disguised, type: "application/json")])
        defer { server.stop() }
        try await withClient { client in
            let reference = ImageReference(registry: server.host, repository: "a", digest: image.digest)
            guard case .image = try await client.manifest(reference).content() else {
                Issue.record("not read as the image that it is")
                return
            }
        }
    }

    @Test("F46: Docker's images whose configuration has no type are images")
    func untypedConfiguration() async throws {
        for (type, isRead) in [("application/octet-stream", true), ("application/vnd.example", false)] {
            let layer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
            let digest = TestImage.digest([1])
            let text = Documents.image(mediaType: MediaType.dockerManifest, configType: type).replacing(
                #""layers":[]"#,
                with: #""layers":[{"mediaType":"\#(layer)","digest":"\#(digest)","size":1}]"#
            )
            let server = try contentServer(tags: ["t": (text, type: MediaType.dockerManifest)])
            defer { server.stop() }
            try await withClient { client in
                if isRead {
                    let selected = try await client.selectImage(try reference(server))
                    #expect(selected.manifest.layers.count == 1)
                } else {
                    #expect(await code { _ = try await client.selectImage(try reference(server)) } == .unsupported)
                }
            }
        }
    }

    @Test("F51: names that would change the request are refused before one is sent")
    func hostileNames() async throws {
        let server = try FaultServer { _, _ in .reply(200) }
        defer { server.stop() }
        try await withClient { client in
            for (repository, tag) in [("../x", "t"), ("a?b", "t"), ("A", "t"), ("a", "../t"), ("a", "t/u"), ("a", "")] {
                let reference = ImageReference(registry: server.host, repository: repository, tag: tag)
                #expect(await code { _ = try await client.manifest(reference) } == .invalidReference)
            }
            for registry in ["", "a/b", "user@host", "host:0", "host:99999", "a b", "[::1"] {
                #expect(await code { try await client.ping(registry) } == .invalidReference, "\(registry)")
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test("flipped bytes and truncations never do more than throw")
    func damage() throws {
        let text = Array(Documents.index([Documents.entry(Documents.image(), platform: "linux/amd64")]).utf8)
        var seed: UInt64 = 42
        for round in 0..<2000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var damaged = text
            damaged[Int(seed >> 33) % text.count] ^= UInt8(truncatingIfNeeded: seed >> 20) | 1
            if round % 3 == 0 { damaged.removeLast(Int(seed >> 40) % text.count) }
            // Throwing is one of the two right outcomes; the other is a value.
            _ = try? ManifestProbe.content(damaged)
        }
    }
}
