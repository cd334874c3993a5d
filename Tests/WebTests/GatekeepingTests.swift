import AnchoreAPI
import Foundation
import Gatekeeping
import Postgres
import ScanModel
import Store
import Testing
import Web

@Suite("Clusters that ask before they run an image", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct GatekeepingTests {
    /// A bundle that stops whatever has a package of this name.
    private static func bundle(_ id: String, stops package: String) -> String {
        """
        {"id":"\(id)","name":"\(id)","version":"1_0","whitelists":[],"whitelisted_images":[],"blacklisted_images":[],
         "policies":[{"id":"p","name":"p","version":"1_0","rules":[{"id":"r","gate":"packages","trigger":"blacklist",
           "action":"stop","params":[{"name":"name","value":"\(package)"}]}]}],
         "mappings":[{"id":"m","name":"m","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
           "policy_ids":["p"],"whitelist_ids":[]}]}
        """
    }

    private func review(
        _ images: [String],
        namespace: String = "shop",
        uid: String = "u-1",
        isDryRun: Bool = false
    ) -> String {
        let containers = images.enumerated().map { #"{"name":"c\#($0.offset)","image":"\#($0.element)"}"# }
        return """
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"\(uid)",
             "kind":{"group":"apps","version":"v1","kind":"Deployment"},"namespace":"\(namespace)","operation":"CREATE",
             "userInfo":{"username":"ann"},"dryRun":\(isDryRun),
             "object":{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},
              "spec":{"template":{"spec":{"containers":[\(containers.joined(separator: ","))]}}}}}}
            """
    }

    private func with(
        _ namespaces: String = "kube-system=off;dev-*=warn;open=enforce,unknown=allow",
        pause: Duration = .seconds(60),
        _ body: (APIServer) async throws -> Void
    ) async throws {
        let standard = NamespaceRule()
        try await APIServer.with {
            var settings = GatekeepingSettings(
                namespaces: try NamespaceRules(namespaces, otherwise: standard),
                otherwise: standard,
                wait: .milliseconds(600),
                isOpen: false
            )
            settings.pause = pause
            $0.gatekeeping = settings
        } _: { server async throws in
            for (id, package) in [("lenient", "nothing"), ("strict", "bash")] {
                let bundle = Self.bundle(id, stops: package)
                #expect(try await server.client.send("POST", "/v1/policies", body: bundle).status == 200)
            }
            try await activate("lenient", server)
            try await body(server)
        }
    }

    private func activate(_ policy: String, _ server: APIServer) async throws {
        let change = #"{"policyId":"\#(policy)","active":true}"#
        #expect(try await server.client.send("PUT", "/v1/policies/\(policy)?active=true", body: change).status == 200)
    }

    private func validate(_ server: APIServer, _ body: String) async throws -> JSONValue? {
        let answer = try await server.client.send("POST", "/admission/validate", body: body)
        #expect(answer.status == 200)
        let response = answer.json?["response"]
        #expect(response?["uid"]?.string == "u-1")
        return response
    }

    @Test("an image is let in or refused by the policy, and a new one is analysed at once")
    func verdicts() async throws {
        try await with { server async throws in
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let app = "registry.test/team/app:1"
            // Nobody has seen it: it is refused, and fetched.
            let early = try await validate(server, review([app]))
            #expect(early?["allowed"]?.bool == false)
            #expect(early?["status"]?["message"]?.string?.contains("has no verdict") == true)
            #expect(try await server.store.openRuns().first?.priority == 0)
            let open = try await validate(server, review([app], namespace: "open"))
            #expect(open?["allowed"]?.bool == true)
            #expect(open?["warnings"]?.array?.count == 1)

            try await server.store.analyseEverything()
            let passing = try await validate(server, review([app, "registry.test/team/app@\(try digest(server))"]))
            #expect(
                passing?["allowed"]?.bool == true,
                "\(passing.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "")"
            )

            try await activate("strict", server)
            let before = try await evaluations(server)
            let dry = try await validate(server, review([app], isDryRun: true))
            #expect(dry?["allowed"]?.bool == false)
            #expect(try await evaluations(server) == before, "a dry run keeps nothing")
            let stopped = try await validate(server, review([app]))
            #expect(stopped?["allowed"]?.bool == false)
            #expect(stopped?["status"]?["message"]?.string?.contains("packages/blacklist") == true)
            let warned = try await validate(server, review([app], namespace: "dev-ann"))
            #expect(warned?["allowed"]?.bool == true)
            #expect(warned?["warnings"]?.array?.isEmpty == false)
            let off = try await validate(server, review([app, "nowhere.test/x:1"], namespace: "kube-system"))
            #expect(off?["allowed"]?.bool == true)
            #expect(off?["warnings"] == nil)
        }
    }

    private func evaluations(_ server: APIServer) async throws -> Int {
        try await server.store.pool.run { session in
            try session.execute("SELECT count(*) FROM policy_evaluations").first?.int(0) ?? -1
        }
    }

    private func digest(_ server: APIServer) throws -> String {
        try #require(try FixedLookup.image("team/app", "1").digest?.description)
    }

    @Test("images that cannot be found, or are none, are answered by the setting and within the time")
    func unknown() async throws {
        try await with { server async throws in
            let start = ContinuousClock.now
            let names = [
                "registry.test/none:1", "UPPER/case", "a b", "sha256:00",
                "x".padding(toLength: 600, withPad: "x", startingAt: 0),
            ]
            let refused = try await validate(server, review(names))
            #expect(refused?["allowed"]?.bool == false)
            let allowed = try await validate(server, review(names, namespace: "open"))
            #expect(allowed?["allowed"]?.bool == true)
            #expect(allowed?["warnings"]?.array?.count == names.count)
            #expect(ContinuousClock.now - start < .seconds(10))
            // That it failed is told from then on; what the registry said is for the log.
            let again = try await validate(server, review(["registry.test/none:1"]))
            let message = again?["status"]?["message"]?.string
            #expect(message?.contains("could not be fetched") == true)
            #expect(message?.contains("cannot fetch image") == false)
        }
    }

    @Test("an image that the tag names no more is not judged, and the registry is asked what it names")
    func movedTags() async throws {
        try await with(pause: .seconds(2)) { server async throws in
            let app = "registry.test/team/app:1"
            let old = try FixedLookup.image("team/app", "1")
            server.lookup.add(old)
            _ = try await validate(server, review([app]))
            try await server.store.analyseEverything()
            #expect(try await validate(server, review([app]))?["allowed"]?.bool == true)
            // It moves in the registry, which says so in two seconds.
            var new = try FixedLookup.image("team/app", "2")
            new.tag = "1"
            server.lookup.add(new)
            try await Task.sleep(for: .seconds(2))
            let moved = try await validate(server, review([app]))
            #expect(moved?["allowed"]?.bool == false)
            #expect(moved?["status"]?["message"]?.string?.contains("has no verdict") == true)
            try await server.store.analyseEverything()
            let judged = try await provided(server, app)
            #expect(judged?["status"]?.string == "pass")
            #expect(judged?["digest"]?.string == new.digest?.description)
            // The old one is still found by its digest.
            let fixed = "registry.test/team/app@\(try #require(old.digest).description)"
            #expect(try await validate(server, review([fixed]))?["allowed"]?.bool == true)
            // A registry that does not have it any more leaves it without a verdict.
            server.lookup.removeAll()
            try await Task.sleep(for: .seconds(2))
            #expect(try await validate(server, review([app]))?["allowed"]?.bool == false)
            #expect(try await validate(server, review([fixed]))?["allowed"]?.bool == true)
        }
    }

    private func provided(_ server: APIServer, _ image: String) async throws -> JSONValue? {
        let body =
            #"{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":["\#(image)"]}}"#
        let answer = try await server.client.send("POST", "/gatekeeper/v1/provider", body: body).json
        return answer?["response"]?["items"]?.array?.first?["value"]
    }

    @Test("hosts that are the server's own are not asked because a pod names them")
    func ownHosts() async throws {
        try await with { server async throws in
            for host in [
                "localhost", "LOCALHOST:80", "a.localhost:5000", "localhost.:1", "127.0.0.1", "127.1:22",
                "2130706433:5000",
                "0177.0.0.1", "0x7f.1", "0.0.0.0:80", "169.254.169.254", "::1", "fe80::1", "inside.test:5000",
            ] {
                _ = try await validate(server, review(["\(host)/app:1"]))
                let answer = try await validate(server, review(["\(host)/app:1"]))
                let message = answer?["status"]?["message"]?.string
                #expect(message?.contains("one that is not asked") == true, "\(host): \(message ?? "")")
            }
            let other = try await validate(server, review(["128.0.0.1:5000/app:1"]))
            #expect(other?["status"]?["message"]?.string?.contains("could not be fetched") == true)
        }
    }

    @Test("one namespace cannot keep out the images of another")
    func shares() async throws {
        try await with { server async throws in
            for round in 0..<4 {
                let names = (0..<150).map { "registry.test/none\(round):\($0)" }
                _ = try await validate(server, review(names, namespace: "greedy"))
            }
            let more = try await validate(server, review(["registry.test/app:1"], namespace: "greedy"))
            #expect(more?["status"]?["message"]?.string?.contains("too many images") == true)
            let other = try await validate(server, review(["registry.test/app:1"]))
            #expect(other?["status"]?["message"]?.string?.contains("could not be fetched") == true)
        }
    }

    @Test("only scanners get in, by header or by a token at the end of the path; what is no review is a 400")
    func entry() async throws {
        try await with { server async throws in
            let client = server.client
            let body = review([])
            #expect(try await client.send("POST", "/admission/validate", body: body, user: nil).status == 401)
            #expect(try await client.send("POST", "/admission/validate", body: body, password: "no").status == 401)
            #expect(try await client.send("POST", "/admission/validate/tm_no", body: body, user: nil).status == 401)
            func token(_ role: String) async throws -> String {
                let made = try await client.send("POST", "/v1/accounts/admin/tokens", body: #"{"role":"\#(role)"}"#)
                return try #require(made.json?["token"]?.string)
            }
            let (scanner, reader) = (try await token("scanner"), try await token("read-only"))
            #expect(
                try await client.send("POST", "/admission/validate/\(scanner)", body: body, user: nil).status == 200
            )
            #expect(try await client.send("POST", "/admission/validate/\(reader)", body: body, user: nil).status == 403)
            for text in ["", "{", "[]", String(repeating: "[", count: 100_000), #"{"kind":"AdmissionReview"}"#] {
                #expect(try await client.send("POST", "/admission/validate", body: text).status == 400)
            }
            let login = Base64Text.encode(Array("admin:\(APIServer.password)".utf8))
            let large = "POST /admission/validate HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \(login)\r\n"
            let answer = try await client.exchange(Array((large + "Content-Length: 9437184\r\n\r\n{").utf8))
            #expect(answer.status == 413)
        }
    }

    @Test("OPA Gatekeeper is told of each image")
    func provider() async throws {
        try await with { server async throws in
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            let body =
                #"{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":["registry.test/team/app:1","registry.test/none:1"]}}"#
            _ = try await server.client.send("POST", "/gatekeeper/v1/provider", body: body)
            try await server.store.analyseEverything()
            let answer = try await server.client.send("POST", "/gatekeeper/v1/provider", body: body).json
            let items = answer?["response"]?["items"]?.array
            #expect(items?.first?["value"]?["status"]?.string == "pass")
            #expect(items?.first?["value"]?["digest"]?.string?.hasPrefix("sha256:") == true)
            #expect(items?.last?["value"]?["status"]?.string == "unknown")
            #expect(items?.last?["error"]?.string?.isEmpty == false)
            let bad = try await server.client.send("POST", "/gatekeeper/v1/provider", body: "{}")
            #expect(bad.status == 400)
            #expect(bad.json?["response"]?["systemError"]?.string?.isEmpty == false)
            #expect(
                try await server.client.send("POST", "/gatekeeper/v1/provider", body: body, user: nil).status == 401
            )
        }
    }

    @Test("without the setting there is no such path")
    func off() async throws {
        try await APIServer.with { server async throws in
            #expect(try await server.client.send("POST", "/admission/validate", body: review([])).status == 404)
        }
    }
}
