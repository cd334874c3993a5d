import AnchoreAPI
import ScanModel
import Store
import Testing

@Suite("Names of images in Anchore's API", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct AnchoreNamesTests {
    @Test("an image that was added by its digest is found by every name that answers show of it")
    func byDigest() async throws {
        try await APIServer.with { server in
            let client = server.client
            var image = try FixedLookup.image("team/app", "1")
            let digest = try #require(image.digest).description
            image.tag = digest
            server.lookup.add(image)
            func add(_ name: String) async throws -> Int {
                try await client.send("POST", "/v1/images", body: #"{"tag":"\#(name)"}"#).status
            }
            #expect(try await add("registry.test/team/app@\(digest)") == 200)
            try await server.store.analyseEverything()
            let record = try #require(try await client.get("/v1/images").json?.array?.first)
            let detail = try #require(record["image_detail"]?.array?.first)
            // As the list of anchore-cli puts it together, and what it shows otherwise.
            let parts = ["registry", "repo", "tag"].map { detail[$0]?.string ?? "" }
            let listed = "\(parts[0])/\(parts[1]):\(parts[2])"
            #expect(detail["fulltag"]?.string == listed)
            let byDigest = try #require(detail["fulldigest"]?.string)
            for name in [listed, byDigest] {
                let found = try await client.get("/v1/images?fulltag=\(name)&history=false")
                #expect(found.status == 200, "\(name)")
                #expect(found.json?.array?.first?["imageDigest"]?.string == digest, "\(name)")
                let check = try await client.get("/v1/images/\(digest)/check?tag=\(name)&detail=false")
                #expect(check.status == 200, "\(name)")
                let evaluations = check.json?.array?.first?[digest]?[listed]?.array
                #expect(evaluations?.first?["status"]?.string == "fail", "\(name)")
                #expect(try await add(name) == 200, "\(name)")
            }
            // It was there each time.
            #expect(try await server.store.openRuns().isEmpty)
        }
    }
}
