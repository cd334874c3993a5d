import AnchoreAPI
import Compliance
import Postgres
import ScanModel
import Store
import Testing
import Web

@Suite("Anchore's API over HTTP", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct AnchoreRoutesTests {
    @Test("greets without credentials and asks for them elsewhere")
    func handshake() async throws {
        try await APIServer.with { server in
            #expect(try await server.client.get("/v1", user: nil).text == #""v1""#)
            #expect(try await server.client.get("/v1/", user: nil).status == 200)
            #expect(try await server.client.get("/v1/health", user: nil).text == #""ok""#)
            let swagger = try await server.client.get("/swagger.json", user: nil).json
            #expect(swagger?["info"]?["version"]?.string == "0.1.20")
            #expect(try await server.client.get("/v1/swagger.json", user: nil).status == 200)
            let operations = (swagger?["paths"]?.members ?? []).flatMap { path in
                (path.value.members ?? []).map { (name: "\($0.name) \(path.name)", operation: $0.value) }
            }
            #expect(ServedRoute.withParameters.isSubset(of: operations.map(\.name)))
            #expect(Set(operations.map(\.name)).count == operations.count && operations.count > 80)
            for (name, operation) in operations {
                // What is in a path is among the parameters, and the other way round.
                let parts = name.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
                let inPath = (operation["parameters"]?.array ?? []).filter { $0["in"]?.string == "path" }
                #expect(inPath.compactMap { $0["name"]?.string } == parts.map(String.init), "\(name)")
                #expect(!name.contains(":") && !name.contains("*") && operation["responses"]?["default"] != nil)
            }
            let check = swagger?["paths"]?["/images/{digest}/check"]?["get"]?["parameters"]?.array ?? []
            #expect(check.first { $0["name"]?.string == "tag" }?["required"] == .bool(true))
            // A client that is made from it can log in.
            let login = swagger?["paths"]?["/oauth/token"]?["post"]
            #expect(login?["consumes"]?.array == ["application/x-www-form-urlencoded"])
            let fields = (login?["parameters"]?.array ?? []).filter { $0["in"]?.string == "formData" }
            #expect(fields.compactMap { $0["name"]?.string } == ["grant_type", "username", "password"])
            #expect(swagger?["security"]?.array?.count == 2)
            for path in ["/version", "/v1/version"] {
                let version = try await server.client.get(path, user: nil).json
                // kubernetes-admission-controller 0.8: APIImageBackendV1 gives up where a version is named here.
                #expect(version?["api"] == [:])
                #expect(version?["service"]?["version"]?.string != nil)
                #expect(version?["db"]?["schema_version"]?.string != nil)
            }
            for path in ["/v1/images", "/v1/system", "/v1/accounts", "/v1/system/feeds"] {
                let answer = try await server.client.get(path, user: nil)
                #expect(answer.status == 401)
                #expect(answer.text == "Unauthorized")
                #expect(answer.headers["www-authenticate"] == #"basic realm="Authentication required""#)
                #expect(try await server.client.get(path, password: "wrong").status == 401)
                #expect(try await server.client.get(path, user: "nobody").status == 401)
                #expect(try await server.client.get(path).status == 200)
            }
            let unknown = try await server.client.get("/v1/no/such/thing")
            #expect(unknown.status == 404)
            #expect(unknown.json?["httpcode"]?.int == 404)
            #expect(try await server.client.get("/health/live", user: nil).status == 200)
            #expect(try await server.client.get("/metrics", user: nil).status == 200)
        }
    }

    @Test("an image goes from added to analysed, is found by every name, and is taken out again")
    func images() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            #expect(try await client.get("/v1/images").json == [])
            let body = #"{"tag":"registry.test/team/app:1","annotations":{"a":"b"}}"#
            let added = try await client.send("POST", "/v1/images?autosubscribe=True", body: body)
            #expect(added.status == 200)
            let record = try #require(added.json?.array?.first)
            #expect(record["analysis_status"]?.string == "not_analyzed")
            let digest = try #require(record["imageDigest"]?.string)
            let early = try await client.get("/v1/images/\(digest)/vuln/all")
            #expect(early.status == 404)
            #expect(early.json?["message"]?.string?.contains("analysis_status: not_analyzed") == true)
            // Asked again, nothing happens a second time.
            #expect(try await client.send("POST", "/v1/images", body: body).status == 200)
            #expect(try await server.store.openRuns().count == 1)

            try await server.store.analyseEverything()
            let id = try #require(record["image_detail"]?.array?.first?["imageId"]?.string)
            for path in [
                "/v1/images/\(digest)", "/v1/images/\(digest.replacing(":", with: "%3A"))", "/v1/images/by_id/\(id)",
                "/v1/images?fulltag=registry.test/team/app:1&history=false", "/v1/images?fulltag=\(id)",
                "/v1/images?fulltag=registry.test/team/app@\(digest)", "/v1/images",
            ] {
                let found = try await client.get(path)
                #expect(found.status == 200, "\(path)")
                #expect(found.json?.array?.count == 1, "\(path)")
                #expect(found.json?.array?.first?["analysis_status"]?.string == "analyzed", "\(path)")
            }
            let metadata = try await client.get("/v1/images").json?.array?.first?["image_content"]?["metadata"]
            #expect(metadata?["distro"]?.string == "debian")
            #expect(metadata?["image_size"]?.int == 100)
            #expect(try await client.get("/v1/images?fulltag=registry.test/none:1").status == 404)

            let content = try await client.get("/v1/images/\(digest)/content/os").json?["content"]?.array
            #expect(content?.first?["package"]?.string == "bash")
            #expect(content?.first?["licenses"]?.array?.isEmpty == false)
            let files = try await client.get("/v1/images/\(digest)/content/files").json?["content"]?.array
            #expect(files?.compactMap { $0["filename"]?.string }.contains("/etc/os-release") == true)
            #expect(files?.allSatisfy { $0["size"]?.int != nil } == true)
            #expect(try await client.get("/v1/images/\(digest)/content/nothing").status == 500)
            #expect(try await client.get("/v1/images/\(digest)/metadata/manifest").status == 200)
            // Nobody gave one, and one that is guessed is none.
            let dockerfile = try await client.get("/v1/images/\(digest)/metadata/dockerfile").json?["metadata"]?.string
            #expect(dockerfile == "")
            #expect(content?.first?["type"]?.string == "dpkg")
            let sbom = try await client.get("/v1/images/\(digest)/sboms/native")
            #expect(sbom.headers["content-type"] == "application/gzip")
            #expect(sbom.headers["content-disposition"]?.hasSuffix("_native.json.gzip") == true)
            #expect(try await client.get("/v1/images/\(digest)/vuln").json == ["os", "non-os", "all"])
            let vulnerabilities = try await client.get("/v1/images/\(digest)/vuln/all?vendor_only=True")
            #expect(vulnerabilities.json?["vulnerabilities"]?.array?.isEmpty == true)
            #expect(try await client.get("/v1/images/\(digest)/vuln/else").status == 404)
            let query = try await client.get("/v1/query/images/by_package?name=bash&package_type=dpkg")
            #expect(query.json?["total_count"]?.int == 1)
            #expect(query.json?["images"]?.array?.first?["image"]?["imageDigest"]?.string == digest)

            let refused = try await client.send("DELETE", "/v1/images/\(digest)").json
            #expect(refused?["status"]?.string == "delete_failed")
            let removed = try await client.send("DELETE", "/v1/images/\(digest)?force=True").json
            #expect(removed?["status"]?.string == "deleting")
            #expect(try await client.get("/v1/images/\(digest)").status == 404)
            #expect(try await client.get("/v1/images").json == [])
            let events = try await client.get("/v1/events").json
            #expect(events?["next_page"] == .bool(false))
            let types = events?["results"]?.array?.compactMap { $0["event"]?["type"]?.string } ?? []
            #expect(types.contains("user.image.analysis.completed"))
            let analysed = try await client.get(
                "/v1/events?resource_type=image_tag&resource_id=registry.test/team/app:1"
            )
            let event = try #require(analysed.json?["results"]?.array?.first?["event"])
            #expect(event["details"]?["curr_eval"]?["analysis_status"]?.string == "analyzed")
            #expect(event["details"]?["curr_eval"]?["imageDigest"]?.string == digest)
            #expect(event["details"]?["annotations"]?["a"]?.string == "b")
            let listed = try await client.get("/v1/event_types").json?.array
            #expect(listed?.compactMap { $0["name"]?.string } == ["system", "user"])
            let groups = listed?.last?["subcategories"]?.array
            #expect(groups?.compactMap { $0["name"]?.string } == ["checks", "image", "policy"])
            #expect(groups?.first?["events"]?.array?.first?["name"]?.string == "tag.policy_evaluation.update")
            for (method, path) in [
                ("POST", "imports/images"), ("GET", "imports/images"), ("POST", "imports/images/1/packages"),
                ("DELETE", "imports/images/1"), ("POST", "import/images"), ("POST", "imageimport"),
            ] {
                let answer = try await client.send(method, "/v1/\(path)", body: method == "POST" ? "{}" : nil)
                #expect(answer.status == 501, "\(method) \(path)")
                #expect(answer.json?["httpcode"]?.int == 501, "\(method) \(path)")
                #expect(answer.json?["message"]?.string?.contains("in a registry") == true, "\(method) \(path)")
                #expect(answer.json?["detail"]?["error_codes"]?.array == [], "\(method) \(path)")
            }
        }
    }

    @Test("a tag that was built anew is added with its Dockerfile, annotations add up, and a subscription comes back")
    func rebuilt() async throws {
        try await APIServer.with { server in
            let client = server.client
            func push(_ content: String) throws {
                var image = try FixedLookup.image(content, "1")
                image.repository = "team/app"
                server.lookup.add(image)
            }
            func add(_ members: String, _ query: String = "") async throws -> Int {
                let body = #"{"tag":"registry.test/team/app:1"\#(members)}"#
                return try await client.send("POST", "/v1/images\(query)", body: body).status
            }
            let dockerfile = #","dockerfile":"RlJPTSBhCg==""#
            try push("first")
            let said = #","annotations":{"a":1,"b":"2"},"created_at":"2019-01-02T03:04:05Z""#
            #expect(try await add(dockerfile + said) == 200)
            #expect(try await add(dockerfile) == 400)
            #expect(try await add(dockerfile, "?force=true") == 200)
            #expect(try await add(#","annotations":{"b":"null","c":"3"}"#) == 200)
            #expect(try await add(#","created_at":"yesterday""#) == 400)
            let image = try await client.get("/v1/images").json?.array?.first
            #expect(image?["annotations"] == .object([JSONMember("a", 1), JSONMember("c", "3")]))
            #expect(image?["created_at"]?.string == "2019-01-02T03:04:05Z")
            try push("second")
            #expect(try await add(dockerfile) == 200)
            #expect(try await client.get("/v1/images").json?.array?.count == 2)

            func watched() async throws -> JSONValue? {
                try await client.get("/v1/subscriptions?subscription_type=tag_update").json?.array?.first?["active"]
            }
            #expect(try await watched() == .bool(false))
            #expect(try await add("", "?autosubscribe=True") == 200)
            #expect(try await watched() == .bool(true))
            #expect(try await add("", "?autosubscribe=False") == 200)
            #expect(try await watched() == .bool(true))
        }
    }

    @Test("paths without /v1 lead to the same answers, the first page and the fleet's API to their own")
    func withoutPrefix() async throws {
        try await APIServer.with { server in
            let client = server.client
            #expect(try await client.get("/health", user: nil).text == #""ok""#)
            #expect(try await client.get("/version", user: nil).status == 200)
            for path in ["/images", "/system", "/accounts", "/policies", "/system/services/apiext"] {
                #expect(try await client.get(path, user: nil).text == "Unauthorized")
                let (short, long) = (try await client.get(path), try await client.get("/v1" + path))
                #expect(short.status == 200)
                #expect(short.json == long.json)
            }
            // harbor-scanner-adapter asks these first, under /v2, and goes on with /v1 when they are not there: POST /v2/images,
            // which is a path of the fleet's API with another method, comes after them.
            #expect(try await client.get("/v2/system/feeds").status == 404)
            let credentials = #"{"registry":"registry.test"}"#
            let json = ["Content-Type: application/json"]
            for (method, path) in [("POST", "/v2/registries?validate=true"), ("PUT", "/v2/registries/registry.test")] {
                #expect(try await client.send(method, path, body: credentials, headers: json).status == 404)
            }
            #expect(try await client.get("/").text.contains("<html"))
            #expect(try await client.get("/health/live", user: nil).text.contains("live"))
        }
    }

    /// The fleet is judged by the active bundle and by profiles, each image once as long as nothing changes.
    private func judgesFleet(_ store: Store, _ digest: String) async throws {
        let policy = try FleetPolicy(store: store, version: "1.2.3")
        let first = try #require(try await policy.judgeFleet(account: "admin"))
        #expect(first.policy == "mine" && first.images == 1 && first.passed == 1)
        #expect(try await policy.judgeFleet(account: "admin")?.judged == 0)
        #expect(try await policy.judgeFleet(account: "nobody") == nil)
        let profile = try #require(ComplianceProfile.named("cis-docker"))
        let image = try #require(ImageReference("registry.test/team/app:1"))
        let named = try await policy.compliance(profile, images: [image], account: "admin").images
        #expect(named.map(\.digest) == [digest])
        let controls = named.first?.controls ?? []
        #expect(controls.count == profile.controls.count)
        // There is no word of the image's distribution among no advisories.
        #expect(controls.first { $0.id == "4.4" }?.state == .fail)
        #expect(controls.first { $0.id == "4.2" }?.state == .notVisible)
        #expect(!controls.contains { $0.evidence.contains("the profile could not be judged") })
        let all = try await policy.compliance(profile, images: [], account: "admin").images
        #expect(all.map(\.image) == ["registry.test/team/app:1"])
        let unknown = try #require(ImageReference("registry.test/team/none:1"))
        await #expect(throws: AnchoreError.self) {
            try await policy.compliance(profile, images: [unknown], account: "admin")
        }
    }

    @Test("a feed sync that cannot begin leaves the next one its turn")
    func failedSync() async throws {
        try await APIServer.with { server in
            func rename(_ from: String, _ to: String) async throws {
                try await server.store.pool.run { _ = try $0.execute("ALTER TABLE \(from) RENAME TO \(to)") }
            }
            try await rename("advisory_providers", "providers_away")
            #expect(try await server.client.send("POST", "/v1/system/feeds").status == 500)
            try await rename("providers_away", "advisory_providers")
            #expect(try await server.client.send("POST", "/v1/system/feeds").status == 200)
        }
    }

    @Test("policies: one is active, evaluations carry the digest that was asked for, and their history is kept")
    func policies() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let body = #"{"tag":"registry.test/team/app:1"}"#
            let record = try await client.send("POST", "/v1/images", body: body).json?.array?.first
            let digest = try #require(record?["imageDigest"]?.string)
            try await server.store.analyseEverything()

            let check = "/v1/images/\(digest)/check?tag=registry.test/team/app:1&detail=true&history=false"
            let first = try await client.get(check)
            #expect(first.status == 200)
            let evaluation = first.json?.array?.first?[digest]?["registry.test/team/app:1"]?.array?.first
            #expect(evaluation?["status"]?.string == "fail")
            let rows = try #require(evaluation?["detail"]?["result"]?["result"])
            let id = try #require(evaluation?["detail"]?["result"]?["image_id"]?.string)
            let triggers = rows[id]?["result"]?["rows"]?.array?.compactMap { $0.array?[4].string } ?? []
            #expect(triggers.contains("exposed_ports"))
            #expect(try await client.get("/v1/images/\(digest)/check").status == 400)

            let bundle = """
                {"id":"mine","version":"1_0","name":"Mine","policies":[{"id":"p","version":"1_0","name":"P","rules":[]}],
                "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
                "policy_id":"p","whitelist_ids":[]}],"whitelists":[]}
                """
            let added = try await client.send("POST", "/v1/policies?detail=True", body: bundle)
            #expect(added.status == 200, "\(added.text)")
            #expect(added.json?["active"] == .bool(false))
            let mine = try await client.get(check + "&policyId=mine")
            #expect(
                mine.json?.array?.first?[digest]?["registry.test/team/app:1"]?.array?.first?["status"]?.string == "pass"
            )
            // anchore-cli sends the space of an id as %20, Go's and Python's encoders of queries as +.
            let spaced = bundle.replacing(#""id":"mine""#, with: #""id":"Default Policy Bundle""#)
            #expect(try await client.send("POST", "/v1/policies", body: spaced).status == 200)
            for id in ["Default%20Policy%20Bundle", "Default+Policy+Bundle"] {
                #expect(try await client.get(check + "&policyId=\(id)").status == 200)
            }
            #expect(try await client.get(check + "&policyId=Default+Policy").status == 404)
            #expect(try await client.send("DELETE", "/v1/policies/Default%20Policy%20Bundle").status == 200)
            let full = try #require(try await client.get("/v1/policies/mine?detail=True").json?.array?.first)
            var members = try #require(full.members)
            members.removeAll { $0.name == "active" }
            let record2 = JSONValue.object(members + [JSONMember("active", true)])
            let text = String(decoding: record2.bytes, as: UTF8.self)
            #expect(try await client.send("PUT", "/v1/policies/mine", body: text).status == 200)
            let active = try await client.get("/v1/policies").json?.array?.filter { $0["active"] == .bool(true) }
            #expect(active?.map { $0["policyId"]?.string } == ["mine"])
            #expect(try await client.send("DELETE", "/v1/policies/mine").status == 500)
            #expect(try await client.send("DELETE", "/v1/policies/none").status == 404)
            let broken = try await client.send("POST", "/v1/policies", body: #"{"id":"x","policies":[],"mappings":[]}"#)
            #expect(broken.status == 400)
            #expect(broken.json?["detail"]?.string == "'version' is a required property")
            for (id, problem) in [
                ("7", "'id' is not of type 'string'"), ("\"\"", "'id' must have 1 to 256 bytes and none that is zero"),
                (#""\#(String(repeating: "é", count: 129))""#, "'id' must have 1 to 256 bytes and none that is zero"),
                (#""a\u0000""#, "'id' must have 1 to 256 bytes and none that is zero"),
            ] {
                let named = bundle.replacing(#""id":"mine""#, with: #""id":\#(id)"#)
                let refused = try await client.send("POST", "/v1/policies", body: named)
                #expect(refused.status == 400)
                #expect(refused.json?["detail"]?.string == problem)
            }
            try await judgesFleet(server.store, digest)
            let spec = try await client.get("/v1/system/policy_spec").json?.array
            #expect(spec?.contains { $0["name"]?.string == "vulnerabilities" } == true)
        }
    }

    @Test("accounts see their own images only, and their users may act in no other")
    func accounts() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            server.lookup.add(try FixedLookup.image("team/other", "1"))
            let added = try await client.send("POST", "/v1/accounts", body: #"{"name":"team-a"}"#)
            #expect(added.json?["state"]?.string == "enabled")
            #expect(try await client.send("POST", "/v1/accounts", body: #"{"name":"team-a"}"#).status == 400)
            #expect(try await client.send("POST", "/v1/accounts", body: #"{"name":"admin"}"#).status == 400)
            let user = #"{"username":"alice","password":"secret1"}"#
            #expect(try await client.send("POST", "/v1/accounts/team-a/users", body: user).status == 200)
            let reader = #"{"username":"robot","password":"secret1","role":"read-only"}"#
            #expect(try await client.send("POST", "/v1/accounts/team-a/users", body: reader).status == 200)

            let body = #"{"tag":"registry.test/team/app:1"}"#
            #expect(
                try await client.send("POST", "/v1/images", body: #"{"tag":"registry.test/team/other:1"}"#).status
                    == 200
            )
            #expect(
                try await client.send("POST", "/v1/images", body: body, user: "alice", password: "secret1").status
                    == 200
            )
            let hers = try await client.get("/v1/images", user: "alice", password: "secret1").json?.array
            #expect(hers?.count == 1)
            #expect(try await client.get("/v1/images").json?.array?.count == 2)
            let acting = try await client.send("GET", "/v1/images", headers: ["x-anchore-account: team-a"])
            #expect(acting.json?.array?.count == 1)
            for path in ["/v1/accounts", "/v1/accounts/admin", "/v1/accounts/admin/users"] {
                let answer = try await client.get(path, user: "alice", password: "secret1")
                #expect(answer.status == 403, "\(path)")
                #expect(answer.json?["message"]?.string?.hasPrefix("Not authorized. Requires permissions") == true)
            }
            let stolen = try await client.send(
                "GET",
                "/v1/images",
                user: "alice",
                password: "secret1",
                headers: ["x-anchore-account: admin"]
            )
            #expect(stolen.status == 403)
            #expect(
                try await client.send("POST", "/v1/images", body: body, user: "robot", password: "secret1").status
                    == 403
            )
            #expect(try await client.get("/v1/images", user: "robot", password: "secret1").status == 200)

            let alice = "/v1/accounts/team-a/users/alice/credentials"
            let own = #"{"type":"password","value":"secret2"}"#
            let changed = try await client.send(
                "POST",
                "/v1/user/credentials",
                body: own,
                user: "robot",
                password: "secret1"
            )
            #expect(changed.status == 200)
            #expect(try await client.get("/v1/user", user: "robot", password: "secret2").status == 200)
            #expect(try await client.send("DELETE", "/v1/accounts/team-a/users/robot/credentials").status == 400)
            let revoked = "/v1/accounts/team-a/users/robot/credentials?credential_type=password"
            #expect(try await client.send("DELETE", revoked, user: "alice", password: "secret1").status == 204)
            #expect(try await client.get("/v1/user", user: "robot", password: "secret2").status == 401)
            #expect(try await client.get("/v1/accounts/team-a/users/robot/credentials").json == [])
            #expect(try await client.get(alice).json?.array?.count == 1)
            #expect(
                try await client.send("DELETE", alice + "?credential_type=password", user: "alice", password: "secret1")
                    .status == 400
            )
            let services = try await client.get("/v1/system/services", user: "alice", password: "secret1")
            #expect(services.status == 403)
            #expect(try await client.get("/v1/accounts?state=disabled").json == [])
            #expect(try await client.get("/v1/accounts?state=nonsense").status == 400)

            let early = try await client.send("DELETE", "/v1/accounts/team-a")
            #expect(early.json?["message"]?.string?.contains("Invalid account state change requested") == true)
            let off = #"{"state":"disabled"}"#
            #expect(try await client.send("PUT", "/v1/accounts/team-a/state", body: off).status == 200)
            #expect(try await client.get("/v1/images", user: "alice", password: "secret1").status == 403)
            #expect(try await client.send("DELETE", "/v1/accounts/team-a").status == 200)
            #expect(try await client.get("/v1/images", user: "alice", password: "secret1").status == 401)
        }
    }

    @Test("a new password counts at once, and a token until it does")
    func passwords() async throws {
        try await APIServer.with { server in
            let client = server.client
            let form = "grant_type=password&username=admin&password=\(APIServer.password)&client_id=anonymous"
            let token = try await client.send("POST", "/v1/oauth/token", body: form, user: nil).json
            let bearer = "Authorization: Bearer \(token?["access_token"]?.string ?? "")"
            #expect(try await client.send("GET", "/v1/images", user: nil, headers: [bearer]).status == 200)
            let change = #"{"type":"password","value":"second-secret"}"#
            let path = "/v1/accounts/admin/users/admin/credentials"
            #expect(try await client.send("POST", path, body: change).status == 200)
            #expect(try await client.get("/v1/images").status == 401)
            #expect(try await client.get("/v1/images", password: "second-secret").status == 200)
            #expect(try await client.send("GET", "/v1/images", user: nil, headers: [bearer]).status == 401)
        }
    }

    @Test("subscriptions, registries and repositories are kept as clients know them")
    func operations() async throws {
        try await APIServer.with { server in
            let client = server.client
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            _ = try await client.send(
                "POST",
                "/v1/images?autosubscribe=True",
                body: #"{"tag":"registry.test/team/app:1"}"#
            )
            let list = try await client.get("/v1/subscriptions").json?.array ?? []
            #expect(list.count == 4)
            #expect(list.filter { $0["active"] == .bool(true) }.count == 2)
            let id = try #require(list.first?["subscription_id"]?.string)
            #expect(try await client.send("PUT", "/v1/subscriptions/\(id)", body: #"{"active":true}"#).status == 200)
            #expect(try await client.get("/v1/subscriptions?subscription_type=nonsense").status == 400)
            #expect(try await client.get("/v1/subscriptions/none").json == [])

            func registry(_ name: String) -> String {
                #"{"registry":"\#(name)","registry_user":"u","registry_pass":"p","registry_type":"docker_v2","registry_verify":false}"#
            }
            #expect(
                try await client.send("POST", "/v1/registries?validate=True", body: registry("down.test")).status == 406
            )
            #expect(
                try await client.send("POST", "/v1/registries?validate=True", body: registry("localhost:5000")).status
                    == 200
            )
            #expect(try await client.send("POST", "/v1/registries", body: registry("localhost:5000")).status == 500)
            let shown = try await client.get("/v1/registries/localhost%3A5000")
            #expect(shown.json?.array?.first?["registry"]?.string == "localhost:5000")
            #expect(!shown.text.contains("registry_pass"))
            #expect(
                try await client.send("POST", "/v1/registries?validate=False", body: registry("docker.io/library/*"))
                    .status == 200
            )
            #expect(try await client.get("/v1/registries/docker.io%2Flibrary%2F*").status == 200)
            #expect(try await client.get("/v1/registries/docker.io/library/*").status == 200)
            // harbor-scanner-adapter adds a repository's credentials and, where they are there, sends new ones with PUT.
            let harbor = registry("core.harbor.test/library/team/app")
            #expect(
                try await client.send("POST", "/v1/registries?validate=false", body: harbor).status == 200
            )
            #expect(
                try await client.send("POST", "/v1/registries?validate=false", body: harbor).json?["message"]
                    == "registry already exists in DB"
            )
            let path = "/v1/registries/core.harbor.test/library/team/app"
            let renewed = try await client.send("PUT", path + "?validate=false", body: harbor)
            #expect(renewed.status == 200)
            #expect(renewed.json?.array?.first?["registry"] == "core.harbor.test/library/team/app")
            #expect(try await client.get("/v1/registries/core.harbor.test/library%2Fteam/app/").status == 200)
            #expect(try await client.get("/v1/registries/core.harbor.test/library").status == 404)
            #expect(try await client.send("DELETE", path).status == 200)
            #expect(try await client.get(path).status == 404)
            #expect(try await client.send("DELETE", "/v1/registries/localhost%3A5000").status == 200)
            #expect(try await client.get("/v1/registries/localhost%3A5000").status == 404)
            // Done is done, as Anchore has it.
            #expect(try await client.send("DELETE", "/v1/registries/localhost%3A5000").json == true)
            #expect(try await client.send("DELETE", "/v1/subscriptions/none").json == true)

            let dry = try await client.send("POST", "/v1/repositories?repository=registry.test/team/app&dryrun=True")
            #expect(dry.json?.array?.first?["active"] == .bool(false))
            let watched = try await client.send(
                "POST",
                "/v1/repositories?repository=registry.test/team/app&dryrun=False"
            )
            let value = watched.json?.array?.first?["subscription_value"]?.string
            #expect(value?.contains(#""tagcount":1"#) == true)
            #expect(try await client.send("POST", "/v1/repositories?repository=registry.test/none").status == 404)
        }
    }
}
