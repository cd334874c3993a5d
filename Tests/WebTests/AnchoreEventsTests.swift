import AnchoreAPI
import Store
import Testing

@Suite("Events of Anchore's API", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct AnchoreEventsTests {
    /// The account's events of the types that the pattern means, the newest first.
    private func events(_ pattern: String, _ client: RawClient) async throws -> [JSONValue] {
        let answer = try await client.get("/v1/events?event_type=\(pattern)")
        #expect(answer.status == 200)
        return answer.json?["results"]?.array?.compactMap { $0["event"] } ?? []
    }

    @Test("an image that its registry does not have is told as Anchore tells it")
    func lookup() async throws {
        try await APIServer.with { server in
            let body = #"{"tag":"registry.test/none:1"}"#
            #expect(try await server.client.send("POST", "/v1/images", body: body).status == 400)
            let told = try await events("system.image_analysis.registry_lookup_failed", server.client)
            let event = try #require(told.first)
            #expect(event["level"]?.string == "error")
            #expect(event["message"]?.string == "Referenced image not found in registry")
            #expect(event["resource"]?["type"]?.string == "image_reference")
            #expect(event["resource"]?["id"]?.string == "registry.test/none:1")
            #expect(event["details"]?["error_code"]?.string == "REGISTRY_IMAGE_NOT_FOUND")
        }
    }

    @Test("an account watches the tags that its own credentials open, and those alone")
    func watchedTags() async throws {
        try await APIServer.with { server in
            let client = server.client
            #expect(try await client.send("POST", "/v1/accounts", body: #"{"name":"team-a"}"#).status == 200)
            let user = #"{"username":"alice","password":"secret-1"}"#
            #expect(try await client.send("POST", "/v1/accounts/team-a/users", body: user).status == 200)
            func asAlice(_ method: String, _ path: String, _ body: String) async throws -> RawClient.Answer {
                try await client.send(method, path, body: body, user: "alice", password: "secret-1")
            }
            func watch(_ tag: String, _ type: String, active: Bool = true) async throws -> RawClient.Answer {
                let key = #""subscription_key":"registry.test/team/\#(tag)","subscription_type":"\#(type)""#
                return try await asAlice("POST", "/v1/subscriptions", "{\(key),\"active\":\(active)}")
            }
            server.lookup.add(try FixedLookup.image("team/open", "1"))
            server.lookup.add(try FixedLookup.image("team/secret", "1"), onlyForFleet: true)
            // What there is not, and what only the fleet gets, is refused alike.
            for tag in ["none:1", "secret:1"] {
                let refused = try await watch(tag, "tag_update")
                #expect(refused.status == 400 && refused.text.contains("REGISTRY_IMAGE_NOT_FOUND"), "\(tag)")
            }
            #expect(try await watch("open:1", "tag_update").status == 200)
            #expect(try await watch("secret:1", "vuln_update").status == 200)
            // One that is off is nobody's business until it is switched on.
            let idle = try await watch("secret:1", "tag_update", active: false).json?.array?.first
            let id = try #require(idle?["subscription_id"]?.string)
            #expect(try await asAlice("PUT", "/v1/subscriptions/\(id)", #"{"active":true}"#).status == 400)
            server.lookup.add(try FixedLookup.image("team/secret", "1"))
            #expect(try await asAlice("PUT", "/v1/subscriptions/\(id)", #"{"active":true}"#).status == 200)
        }
    }

    @Test("new content of the active bundle is told, and that of another one is not")
    func policyContent() async throws {
        try await APIServer.with { server in
            let client = server.client
            func add(_ name: String) async throws {
                let bundle = """
                    {"id":"mine","version":"1_0","name":"\(name)","policies":[{"id":"p","version":"1_0","name":"P","rules":[]}],
                    "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
                    "policy_id":"p","whitelist_ids":[]}],"whitelists":[]}
                    """
                let added = try await client.send("POST", "/v1/policies", body: bundle)
                #expect(added.status == 200, "\(added.text)")
            }
            try await add("one")
            try await add("two")
            #expect(try await events("user.policy.*", client).isEmpty)
            #expect(try await client.send("PUT", "/v1/policies/mine?active=true", body: "{}").status == 200)
            let activation = try #require(try await events("user.policy.active.updated", client).first)
            #expect(activation["details"]?["last_policy_bundle_id"]?.string == DefaultBundle.id)
            #expect(activation["details"]?["current_policy_bundle_id"]?.string == "mine")
            for _ in 0..<2 { try await add("three") }
            let changes = try await events("user.policy.active.content_change", client)
            #expect(changes.count == 1)
            let details = try #require(changes.first?["details"])
            #expect(details["policy_id"]?.string == "mine")
            #expect(details["last_policy_bundle_digest"] != details["current_policy_bundle_digest"])
        }
    }

    @Test("a verdict that another bundle changes is told once, though that bundle was asked about before")
    func verdicts() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let body = #"{"tag":"registry.test/team/app:1"}"#
            let added = try await client.send("POST", "/v1/images", body: body).json?.array?.first
            let digest = try #require(added?["imageDigest"]?.string)
            try await server.store.analyseEverything()
            func changes(_ query: String = "") async throws -> [JSONValue] {
                let check = "/v1/images/\(digest)/check?tag=registry.test/team/app:1&detail=false\(query)"
                for _ in 0..<2 { #expect(try await client.get(check).status == 200) }
                return try await events("user.checks.tag.policy_evaluation.update", client)
            }
            #expect(try await changes().isEmpty)
            let bundle = """
                {"id":"mine","version":"1_0","name":"Mine","policies":[{"id":"p","version":"1_0","name":"P","rules":[]}],
                "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
                "policy_id":"p","whitelist_ids":[]}],"whitelists":[]}
                """
            #expect(try await client.send("POST", "/v1/policies", body: bundle).status == 200)
            #expect(try await changes("&policyId=mine").isEmpty)
            var expected = 0
            for id in ["mine", DefaultBundle.id] {
                #expect(try await client.send("PUT", "/v1/policies/\(id)?active=true", body: "{}").status == 200)
                expected += 1
                let told = try await changes()
                #expect(told.count == expected, "\(id)")
                #expect(told.first?["details"]?["curr_eval"]?["policy_id"]?.string == id)
                #expect(told.first?["details"]?["last_eval"]?["policy_id"]?.string != id)
            }
            let last = try #require(try await changes().first)
            #expect(last["resource"]?["id"]?.string == "registry.test/team/app:1")
            #expect(last["details"]?["curr_eval"]?["final_action"]?.string == "stop")
            #expect(last["details"]?["last_eval"]?["final_action"]?.string == "go")
        }
    }

    @Test("what goes into the archive, out of it and back is told")
    func archive() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let body = #"{"tag":"registry.test/team/app:1"}"#
            let added = try await client.send("POST", "/v1/images", body: body).json?.array?.first
            let digest = try #require(added?["imageDigest"]?.string)
            let early = try await client.send("POST", "/v1/archives/images", body: #"["\#(digest)", "nothing"]"#)
            #expect(early.json?.array?.map { $0["status"]?.string } == ["error", "error"])
            try await server.store.analyseEverything()
            for _ in 0..<2 {
                let kept = try await client.send("POST", "/v1/archives/images", body: #"["\#(digest)"]"#)
                #expect(kept.json?.array?.first?["status"]?.string == "archived")
            }
            #expect(try await client.send("DELETE", "/v1/images/\(digest)?force=True").status == 200)
            let source = #"{"source":{"archive":{"digest":"\#(digest)"}}}"#
            #expect(try await client.send("POST", "/v1/images", body: source).status == 200)
            #expect(try await client.send("POST", "/v1/images", body: source).status == 409)
            let summary = try await client.get("/v1/archives").json
            let images = summary?["images"]
            #expect(images?["total_image_count"]?.int == 1 && images?["total_tag_count"]?.int == 1)
            #expect(images?["total_data_bytes"]?.int ?? 0 > 0 && images?["last_updated"]?.string?.last == "Z")
            #expect(summary?["rules"] == .object([JSONMember("count", 0), JSONMember("last_updated", .null)]))
            #expect(try await client.send("DELETE", "/v1/archives/images/\(digest)").status == 200)
            let told = try await events("system.*arch*", client)
            #expect(
                told.map { $0["type"]?.string } == [
                    "system.analysis_archive.archived_image_deleted",
                    "system.image_analysis.restore_from_archive_failed", "system.image_analysis.restored_from_archive",
                    "system.analysis_archive.image_archived", "system.analysis_archive.image_archive_failed",
                ]
            )
            #expect(told.allSatisfy { $0["resource"]?["id"]?.string == digest })
            #expect(told.last?["level"]?.string == "error")
            let restored = told.first { $0["type"]?.string == "system.image_analysis.restored_from_archive" }
            #expect(restored?["details"]?["msg"]?.string == "Restored by API request")
        }
    }

    @Test("what comes back from the archive has its Dockerfile and annotations; what is added anew does not")
    func restoredWhole() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let plain = #"{"tag":"registry.test/team/app:1"}"#
            let said = #"{"tag":"registry.test/team/app:1","dockerfile":"RlJPTSBhCg==","annotations":{"a":"b"}}"#
            func add(_ body: String) async throws -> [String?] {
                let image = try await client.send("POST", "/v1/images?force=true", body: body).json?.array?.first
                let detail = image?["image_detail"]?.array?.first
                return [image?["annotations"]?["a"]?.string, detail?["dockerfile"]?.string]
            }
            let whole: [String?] = ["b", "RlJPTSBhCg=="]
            let nothing: [String?] = [nil, nil]
            let first = try await add(said)
            #expect(first == whole)
            let listed = try await client.get("/v1/images").json?.array?.first
            let digest = try #require(listed?["imageDigest"]?.string)
            let source = #"{"source":{"archive":{"digest":"\#(digest)"}}}"#
            func delete() async throws {
                let answer = try await client.send("DELETE", "/v1/images/\(digest)?force=True").json
                #expect(answer?["status"]?.string == "deleting")
            }
            try await server.store.analyseEverything()
            let archived = try await client.send("POST", "/v1/archives/images", body: #"["\#(digest)"]"#)
            #expect(archived.status == 200)

            try await delete()
            let restored = try await add(source)
            #expect(restored == whole)
            try await delete()
            let addedAnew = try await add(plain)
            #expect(addedAnew == nothing)
            try await delete()
            let restoredAgain = try await add(source)
            #expect(restoredAgain == nothing, "what was said last counts")

            _ = try await add(said)
            #expect(try await client.send("DELETE", "/v1/archives/images/\(digest)").status == 200)
            try await delete()
            let afterArchive = try await add(plain)
            #expect(afterArchive == nothing)
        }
    }

    @Test("rules of the archive for all accounts are seen by each, and not theirs to delete")
    func globalRules() async throws {
        try await APIServer.with { server in
            let client = server.client
            #expect(try await client.send("POST", "/v1/accounts", body: #"{"name":"team-a"}"#).status == 200)
            let user = #"{"username":"alice","password":"secret-1"}"#
            #expect(try await client.send("POST", "/v1/accounts/team-a/users", body: user).status == 200)
            func rules(_ query: String = "") async throws -> [JSONValue] {
                let answer = try await client.get("/v1/archives/rules\(query)", user: "alice", password: "secret-1")
                return answer.json?.array ?? []
            }
            let own = """
                {"transition":"archive","selector":{"registry":"*","repository":"\\"system_global\\":true","tag":"*"}}
                """
            #expect(try await client.send("POST", "/v1/archives/rules", body: own).status == 200)
            #expect(try await rules().isEmpty)
            let global = #"{"transition":"archive","system_global":true,"max_images_per_account":9}"#
            let added = try await client.send("POST", "/v1/archives/rules", body: global)
            let id = try #require(added.json?["rule_id"]?.string)
            #expect(try await rules().map { $0["rule_id"]?.string } == [id])
            #expect(try await rules("?system_global=false").isEmpty)
            let path = "/v1/archives/rules/\(id)"
            #expect(try await client.get(path, user: "alice", password: "secret-1").status == 200)
            let refused = try await client.send("DELETE", path, user: "alice", password: "secret-1")
            #expect(refused.status == 403)
            #expect(try await client.send("DELETE", path).status == 200)
            #expect(try await client.send("DELETE", path, user: "alice", password: "secret-1").status == 404)
            // One that the system's administrator made in another account is the administrator's to delete from anywhere.
            let inTeam = ["x-anchore-account: team-a"]
            let made = try await client.send("POST", "/v1/archives/rules", body: global, headers: inTeam)
            let other = try #require(made.json?["rule_id"]?.string)
            #expect(try await client.send("DELETE", "/v1/archives/rules/\(other)").status == 200)
            // A rule of that account alone is found in the account.
            let theirs = try await client.send("POST", "/v1/archives/rules", body: own, headers: inTeam)
            let local = try #require(theirs.json?["rule_id"]?.string)
            #expect(try await client.send("DELETE", "/v1/archives/rules/\(local)").status == 404)
            #expect(try await client.send("DELETE", "/v1/archives/rules/\(local)", headers: inTeam).status == 200)
        }
    }
}
