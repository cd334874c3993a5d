import Access
import AnchoreAPI
import Postgres
import ScanModel
import Store
import TallymanTesting
import Testing
import Web

@Suite("What policies have collected", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct PolicyCollectionTests {
    private static func bundle(_ id: String, _ rules: [(gate: String, trigger: String)]) -> String {
        let rules = rules.enumerated().map { number, rule in
            #"{"id":"\#(number)","gate":"\#(rule.gate)","trigger":"\#(rule.trigger)","action":"WARN","params":[]}"#
        }
        return """
            {"id":"\(id)","version":"1_0","policies":[{"id":"p","version":"1_0","rules":[\(rules.joined(separator: ","))]}],
            "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
            "policy_ids":["p"],"whitelist_ids":[]}]}
            """
    }

    /// As it is where nobody has set anything; these servers begin with nothing that is collected.
    private static func forgetSetting(_ store: Store) async throws {
        try await store.pool.run { try $0.script("DELETE FROM fleet_settings WHERE name = 'collection'") }
    }

    private static let secrets = [(gate: "secret_scans", trigger: "content_regex_checks")]

    @Test("a bundle that an administrator adds has what its rules ask for collected from then on, but for malware")
    func widened() async throws {
        try await APIServer.with { server async throws in
            try await Self.forgetSetting(server.store)
            #expect(try await server.store.collection() == .standard)
            let plain = Self.bundle("plain", [("files", "suid_or_guid_set")])
            #expect(try await server.client.send("POST", "/v1/policies", body: plain).status == 200)
            #expect(try await server.store.collection() == .standard)
            let searching = Self.bundle("searching", [("files", "content_regex_match")])
            #expect(try await server.client.send("POST", "/v1/policies", body: searching).status == 200)
            #expect(try await server.store.collection() == .standard, "the rule names no expression to search for")
            let asking = Self.bundle("asking", Self.secrets + [("malware", "scans")])
            #expect(try await server.client.send("POST", "/v1/policies", body: asking).status == 200)
            let parts = CollectionPlan.standard.parts
            #expect(try await server.store.collection().parts == parts.union([.secrets]))
            // What was asked for once stays: taking it back would have everything analysed anew.
            #expect(try await server.client.send("DELETE", "/v1/policies/asking").status == 200)
            #expect(try await server.store.collection().parts == parts.union([.secrets]))
        }
    }

    @Test("a bundle that an administrator activates counts as it is then, whoever brought it")
    func activated() async throws {
        try await APIServer.with { server async throws in
            try await Self.forgetSetting(server.store)
            for id in ["replaced", "kept"] {
                try await server.store.setPolicy(
                    PolicyRecord(
                        id: id,
                        account: "admin",
                        isActive: false,
                        createdAt: "",
                        updatedAt: "",
                        bundle: Self.bundle(id, Self.secrets),
                        digest: "of \(id)"
                    )
                )
            }
            let plain = Self.bundle("replaced", [("files", "suid_or_guid_set")])
            let body = #"{"policybundle":\#(plain)}"#
            let path = "/v1/policies/replaced?active=true"
            #expect(try await server.client.send("PUT", path, body: body).status == 200)
            #expect(try await server.store.collection() == .standard)
            #expect(try await server.client.send("PUT", "/v1/policies/kept?active=true", body: "{}").status == 200)
            #expect(try await server.store.collection().parts.contains(.secrets))
        }
    }

    @Test("what somebody has set stays as it is, and other accounts' bundles have nothing collected")
    func notWidened() async throws {
        try await APIServer.with { server async throws in
            try await Self.forgetSetting(server.store)
            _ = try await server.client.send("POST", "/v1/accounts", body: #"{"name":"team-a"}"#)
            let cheap = PasswordHash.Cost(rounds: 16, blockSize: 1, parallelism: 1)
            let hash = try PasswordHash(password: "secret-ann", cost: cheap).text
            _ = try #require(try await server.store.addUser("ann", to: "team-a", passwordHash: hash, role: .admin))
            let asking = Self.bundle("asking", Self.secrets)
            let hers = try await server.client.send(
                "POST",
                "/v1/policies",
                body: asking,
                user: "ann",
                password: "secret-ann"
            )
            #expect(hers.status == 200)
            #expect(try await server.store.collection() == .standard)

            let set = CollectionPlan(parts: [.files])
            try await server.store.setCollection(set)
            #expect(try await server.client.send("POST", "/v1/policies", body: asking).status == 200)
            #expect(try await server.client.send("PUT", "/v1/policies/asking?active=true", body: "{}").status == 200)
            #expect(try await server.store.collection() == set)
        }
    }

    @Test("a rule that counts although it was not judged is a row, which says why")
    func rows() async throws {
        try await APIServer.with { server async throws in
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let body = #"{"tag":"registry.test/team/app:1"}"#
            let record = try await server.client.send("POST", "/v1/images", body: body).json?.array?.first
            let digest = try #require(record?["imageDigest"]?.string)
            try await server.store.analyseEverything()
            let asking = Self.bundle("asking", Self.secrets)
            #expect(try await server.client.send("POST", "/v1/policies", body: asking).status == 200)
            let check = "/v1/images/\(digest)/check?tag=registry.test/team/app:1&policyId=asking&detail=true"
            let evaluations = try await server.client.get(check).json?.array?.first?[digest]
            let result = evaluations?["registry.test/team/app:1"]?.array?.first?["detail"]?["result"]
            #expect(result?["final_action"]?.string == "warn")
            let rows = result?["result"]?.members?.first?.value["result"]?["rows"]?.array ?? []
            #expect(rows.count == 1)
            let row = rows.first?.array ?? []
            #expect(row.count == 9)
            #expect(row.dropFirst(3).first?.string == "secret_scans")
            #expect(row.dropFirst(5).first?.string?.contains("could not be judged") == true)
            #expect(row.dropFirst(6).first?.string == "warn")
            #expect(result?["evaluation_problems"]?.array?.count == 1)
        }
    }
}
