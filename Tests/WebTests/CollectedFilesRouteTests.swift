import AnchoreAPI
import Bytes
import LayerScan
import ScanModel
import Store
import TallymanTesting
import Testing

@Suite("What was collected of files, through the API")
struct CollectedFilesRouteTests {
    private static let plan = CollectionPlan(
        parts: [.files, .digests, .passwd, .retrieve, .content, .verify],
        retrievedPaths: ["/etc/*.conf"],
        contentPatterns: [NamedPattern("PASSWORD=password")]
    )

    private static func layer() throws -> StoredLayer {
        var tar = TarBuilder()
        tar.file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
        tar.file("etc/app.conf", "x\npassword = y\n")
        tar.entry(Array("usr/bin/su".utf8), .file, content: [1], mode: 0o4755, userID: 5, groupID: 6)
        tar.symlink("bin", to: "usr/bin")
        tar.file("usr/share/one", "abc")
        tar.hardlink("usr/share/two", to: "usr/share/one")
        let scanner = LayerScanner(collection: try FileCollection(plan))
        return try StoredLayer(try scanner.scan(ArrayProducer(tar.archive), expected: nil))
    }

    @Test("files have modes, owners and digests; retrieved files, matches and findings of policies are there")
    func collected() async throws {
        try await APIServer.with { server in
            let client = server.client
            #expect(try await server.store.collection() == .nothing)
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let added = try await client.send("POST", "/v1/images", body: #"{"tag":"registry.test/team/app:1"}"#)
            let digest = try #require(added.json?.array?.first?["imageDigest"]?.string)
            try await server.store.analyseEverything(layer: try Self.layer())

            let files = try await client.get("/v1/images/\(digest)/content/files").json?["content"]?.array
            let su = try #require(files?.first { $0["filename"]?.string == "/usr/bin/su" })
            #expect(su["mode"]?.string == "04755" && su["size"]?.int == 1 && su["uid"]?.int == 5 && su["gid"]?.int == 6)
            #expect(su["sha256"]?.string?.count == 64)
            let bin = files?.first { $0["filename"]?.string == "/bin" }
            #expect(bin?["linkdest"]?.string == "usr/bin" && bin?["sha256"] == nil && bin?["type"]?.string == "slink")
            // anchore-engine, analyzers/utils.py, get_files_from_squashtar.
            #expect(bin?["size"]?.int == 7)
            let linked = try #require(files?.first { $0["filename"]?.string == "/usr/share/two" })
            #expect(linked["size"]?.int == 3 && linked["type"]?.string == "file" && linked["linkdest"]?.string == nil)
            #expect(linked["sha256"]?.string?.count == 64)

            let artifacts = "/v1/images/\(digest)/artifacts"
            let retrieved = try await client.get("\(artifacts)/retrieved_files").json?.array
            #expect(retrieved?.compactMap { $0["path"]?.string } == ["/etc/app.conf", "/etc/passwd"])
            let text = retrieved?.first?["b64_content"]?.string.flatMap(Base64Text.decode)
            #expect(text.map { String(decoding: $0, as: UTF8.self) } == "x\npassword = y\n")
            let matches = try await client.get("\(artifacts)/file_content_search").json
            #expect(
                matches == [
                    [
                        "path": "/etc/app.conf",
                        "matches": [["name": "PASSWORD", "regex": "password", "lines": [1]]],
                    ]
                ]
            )
            #expect(try await client.get("\(artifacts)/secret_search").status == 400)
            #expect(try await client.get("\(artifacts)/else").status == 404)
            let malware = try await client.get("/v1/images/\(digest)/content/malware").json?["content"]?.array?.first
            #expect(malware?["enabled"] == .bool(false) && malware?["findings"] == [])

            let bundle = """
                {"id":"mine","version":"1_0","name":"Mine","policies":[{"id":"p","version":"1_0","name":"P","rules":[
                {"id":"a","gate":"files","trigger":"suid_or_guid_set","action":"STOP","params":[]},
                {"id":"b","gate":"passwd_file","trigger":"blacklist_shells","action":"STOP",
                 "params":[{"name":"shells","value":"/bin/bash"}]},
                {"id":"c","gate":"packages","trigger":"verify","action":"STOP","params":[]},
                {"id":"d","gate":"files","trigger":"content_regex_match","action":"STOP","params":[]}]}],
                "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
                "policy_id":"p","whitelist_ids":[]}],"whitelists":[]}
                """
            #expect(try await client.send("POST", "/v1/policies?detail=True", body: bundle).status == 200)
            let check = try await client.get(
                "/v1/images/\(digest)/check?tag=registry.test/team/app:1&detail=true&policyId=mine"
            )
            let result = check.json?.array?.first?[digest]?["registry.test/team/app:1"]?.array?.first?["detail"]
            let rows = result?["result"]?["result"]?.members?.first?.value["result"]?["rows"]?.array ?? []
            #expect(
                rows.compactMap { $0.array?[4].string }.sorted()
                    == ["blacklist_shells", "content_regex_match", "suid_or_guid_set"]
            )
        }
    }

    @Test("an image that was analysed without files says so")
    func notCollected() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let added = try await client.send("POST", "/v1/images", body: #"{"tag":"registry.test/team/app:1"}"#)
            let digest = try #require(added.json?.array?.first?["imageDigest"]?.string)
            try await server.store.analyseEverything()
            #expect(try await client.get("/v1/images/\(digest)/artifacts/retrieved_files").status == 400)
            let files = try await client.get("/v1/images/\(digest)/content/files").json?["content"]?.array
            #expect(files?.first?["mode"]?.string == "None")
            try await server.store.setCollection(Self.plan)
            #expect(try await server.store.collection() == Self.plan)
        }
    }
}
