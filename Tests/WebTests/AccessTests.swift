import Access
import AnchoreAPI
import Foundation
import Logging
import Postgres
import Store
import TallymanTesting
import Testing
import Web

@Suite("Who gets in", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct AccessTests {
    private func bearer(_ token: String) -> [String] { ["Authorization: Bearer \(token)"] }

    private func makeUser(_ server: APIServer, _ name: String, role: String, account: String = "team-a") async throws {
        _ = try await server.client.send("POST", "/v1/accounts", body: #"{"name":"\#(account)"}"#)
        // A hash as the server makes it takes a debug build a second.
        let cheap = PasswordHash.Cost(rounds: 16, blockSize: 1, parallelism: 1)
        let hash = try PasswordHash(password: "secret-\(name)", cost: cheap).text
        let role = try #require(AccessRole(rawValue: role))
        _ = try #require(try await server.store.addUser(name, to: account, passwordHash: hash, role: role))
    }

    @Test("a machine's token is shown once, does what its role may, and ends when it is revoked")
    func tokens() async throws {
        try await APIServer.with { server async throws in
            let client = server.client
            try await makeUser(server, "ann", role: "policy-editor")
            let path = "/v1/accounts/team-a/tokens"
            let made = try await client.send(
                "POST",
                path,
                body: #"{"name":"ci","role":"scanner","expires_in_days":30}"#,
                user: "ann",
                password: "secret-ann"
            )
            #expect(made.status == 200)
            let token = try #require(made.json?["token"]?.string)
            let number = try #require(made.json?["id"]?.int)
            #expect(token.hasPrefix("tm_"))
            #expect(made.json?["role"]?.string == "scanner")
            #expect(made.json?["expires_at"]?.string != nil)

            #expect(try await client.send("GET", "/v1/images", user: nil, headers: bearer(token)).status == 200)
            let policy = try await client.send("POST", "/v1/policies", body: "{}", user: nil, headers: bearer(token))
            #expect(policy.status == 403)
            // A token makes no tokens, and no password.
            for (target, body) in [
                (path, #"{"role":"read-only"}"#),
                ("/v1/accounts/team-a/users/ann/credentials", #"{"type":"password","value":"another"}"#),
            ] {
                #expect(
                    try await client.send("POST", target, body: body, user: nil, headers: bearer(token)).status == 403
                )
            }
            let listed = try await client.send("GET", path, user: "ann", password: "secret-ann")
            #expect(listed.json?.array?.first?["name"]?.string == "ci")
            #expect(listed.json?.array?.first?["last_used_at"]?.string != nil)
            #expect(!listed.text.contains(token))
            let end = "\(path)/\(number)"
            #expect(try await client.send("DELETE", end, user: nil, headers: bearer(token)).status == 403)
            #expect(try await client.send("DELETE", end, user: "ann", password: "secret-ann").status == 204)
            #expect(try await client.send("GET", "/v1/images", user: nil, headers: bearer(token)).status == 401)
            #expect(try await client.send("DELETE", end, user: "ann", password: "secret-ann").status == 404)
        }
    }

    @Test("nobody makes a token for another, or one that may do more than itself, or one without sense")
    func foreignTokens() async throws {
        try await APIServer.with { server async throws in
            let client = server.client
            try await makeUser(server, "ann", role: "scanner")
            try await makeUser(server, "ben", role: "admin")
            try await makeUser(server, "eve", role: "admin", account: "team-b")
            let path = "/v1/accounts/team-a/tokens"
            func make(_ body: String, _ user: String) async throws -> Int {
                try await client.send("POST", path, body: body, user: user, password: "secret-\(user)").status
            }
            #expect(try await make(#"{"username":"ben"}"#, "ann") == 403)
            #expect(try await make(#"{"role":"admin"}"#, "ann") == 400)
            #expect(try await make(#"{"username":"ann","role":"admin"}"#, "ben") == 400)
            #expect(try await make(#"{"username":"ann"}"#, "ben") == 200)
            #expect(try await make(#"{}"#, "eve") == 403)
            #expect(try await make(#"{"username":"admin"}"#, "ben") == 404)
            for body in [
                "", "[]", #"{"role":"owner"}"#, #"{"expires_in_days":0}"#, #"{"expires_in_days":100000}"#,
                #"{"expires_in_days":"1"}"#, #"{"name":"a\nb"}"#, #"{"name":"\#(String(repeating: "x", count: 129))"}"#,
            ] {
                #expect(try await make(body, "ben") == 400, "\(body)")
            }
            // Each sees its own; an administrator those of the account.
            let seen = try await client.send("GET", path, user: "ann", password: "secret-ann").json?.array
            #expect(seen?.count == 1)
            #expect(try await client.send("GET", path, user: "eve", password: "secret-eve").status == 403)
            let number = try #require(seen?.first?["id"]?.int)
            let foreign = try await client.send(
                "DELETE",
                "/v1/accounts/team-b/tokens/\(number)",
                user: "eve",
                password: "secret-eve"
            )
            #expect(foreign.status == 404)
            for token in ["tm_", "tm_x", "tlm_x", "tm_" + String(repeating: "A", count: 43), "x.y.z"] {
                #expect(try await client.send("GET", "/v1/images", user: nil, headers: bearer(token)).status == 401)
            }
        }
    }

    @Test("guarded pages are shown to those who see the fleet")
    func guardedPages() async throws {
        try await APIServer.with(guardsPages: true) { server async throws in
            let client = server.client
            try await makeUser(server, "ann", role: "admin")
            for path in ["/", "/metrics"] {
                #expect(try await client.get(path, user: nil).status == 401)
                #expect(try await client.get(path).status != 403)
                #expect(try await client.send("GET", path, user: "ann", password: "secret-ann").status == 403)
            }
            #expect(try await client.send("GET", "/v1/images", user: "ann", password: "secret-ann").status == 200)
        }
    }

    @Test("an account's login for a repository takes the place of none of the fleet's")
    func repositoryLogins() async throws {
        try await APIServer.with { server async throws in
            try await makeUser(server, "ann", role: "admin")
            func add(_ registry: String, user: String, password: String) async throws {
                let body =
                    #"{"registry":"\#(registry)","registry_user":"\#(user)","registry_pass":"x","registry_type":"docker_v2","registry_verify":false}"#
                let path = "/v1/registries?validate=False"
                #expect(
                    try await server.client.send("POST", path, body: body, user: user, password: password).status == 200
                )
            }
            func patterns() async throws -> [String] { try await server.store.sealedLogins().map(\.pattern) }
            for host in ["one.test", "two.test", "three.test"] {
                try await add("\(host)/team/*", user: "ann", password: "secret-ann")
            }
            #expect(try await patterns().count == 3)
            try await add("one.test/other", user: "admin", password: APIServer.password)
            try await add("two.test", user: "admin", password: APIServer.password)
            #expect(try await patterns() == ["one.test/other", "two.test", "three.test/team/*"])
        }
    }

    @Test("whoever adds a registry, the fleet's credentials stay what they were, and an account's go with the account")
    func hostLogins() async throws {
        try await APIServer.with { server async throws in
            for name in ["ann", "ben"] { try await makeUser(server, name, role: "admin", account: name) }
            func send(_ method: String, _ registry: String, _ name: String, _ user: String) async throws {
                let body =
                    #"{"registry":"\#(registry)","registry_user":"\#(name)","registry_pass":"\#(name)","registry_type":"docker_v2","registry_verify":true}"#
                let password = user == "admin" ? APIServer.password : "secret-\(user)"
                let path = method == "POST" ? "/v1/registries?validate=False" : "/v1/registries/\(registry)"
                let answer = try await server.client.send(method, path, body: body, user: user, password: password)
                #expect(answer.status == 200)
            }
            func fleets() async throws -> [String?] {
                try await server.store.registries().filter { $0.host == "one.test" }.map(\.username)
            }
            func logins() async throws -> [String] {
                try await server.store.sealedLogins().map { "\($0.pattern) \($0.username)" }
            }
            try await send("POST", "one.test", "robot", "admin")
            try await send("POST", "one.test", "wrong", "ann")
            try await send("POST", "two.test", "ann", "ann")
            try await send("POST", "two.test", "ben", "ben")
            #expect(try await fleets() == ["robot"])
            #expect(try await logins() == ["one.test robot", "two.test ann", "two.test ben"])
            #expect(try await server.store.sealedLogins().map(\.isLast) == [false, true, true])
            try await send("DELETE", "one.test", "", "ann")
            #expect(try await fleets() == ["robot"])
            #expect(try await server.store.sealedLogins(of: "ann").map(\.pattern) == ["two.test"])
            try await server.store.removeAccount("ann")
            #expect(try await logins() == ["one.test robot", "two.test ben"])
            try await send("DELETE", "one.test", "", "admin")
            #expect(try await fleets() == [nil])
            #expect(try await logins() == ["two.test ben"])
            // However the fleet's was added, `registry remove` takes it away.
            try await send("POST", "one.test", "robot", "admin")
            #expect(try await server.store.removeRegistry("one.test"))
            #expect(try await logins() == ["two.test ben"])
        }
    }

    @Test("an account that adds an image which the fleet has analysed is told of it, once")
    func toldOfKnownImages() async throws {
        try await APIServer.with { server async throws in
            try await makeUser(server, "ann", role: "admin")
            server.lookup.add(try FixedLookup.image("team/app", "1"))
            func add(_ user: String, _ password: String) async throws {
                let body = #"{"tag":"registry.test/team/app:1"}"#
                let path = "/v1/images"
                #expect(
                    try await server.client.send("POST", path, body: body, user: user, password: password).status == 200
                )
            }
            try await add("admin", APIServer.password)
            try await server.store.analyseEverything()
            for _ in 0..<2 {
                try await add("ann", "secret-ann")
                try await server.store.analyseEverything()
            }
            let told = try await server.client.get("/v1/events", user: "ann", password: "secret-ann")
            let types = told.json?["results"]?.array?.compactMap { $0["event"]?["type"]?.string }
            #expect(types == ["user.image.analysis.completed"])
        }
    }

    @Test("an account's credentials are used for the repositories that it alone has added images of")
    func ownRepositories() async throws {
        try await APIServer.with { server async throws in
            for name in ["ann", "ben"] { try await makeUser(server, name, role: "admin", account: name) }
            try await server.store.pool.run { session in
                try session.script(
                    """
                    INSERT INTO registry_logins (account, registry, name, username, secret, kind, is_verified) VALUES
                        ('admin', 'one.test', '', 'robot', 'x', 'docker_v2', true),
                        ('ann', 'one.test', '', 'ann', 'x', 'docker_v2', true),
                        ('ben', 'one.test', '', 'ben', 'x', 'docker_v2', true),
                        ('ben', 'one.test/team/*', '', 'ben2', 'x', 'docker_v2', true);
                    INSERT INTO registries (host, username, secret, is_configured) VALUES ('one.test', 'robot', 'x', true);
                    INSERT INTO repositories (registry_id, name)
                    SELECT id, unnest(ARRAY['a', 'b', 'team/c', 'd']) FROM registries WHERE host = 'one.test';
                    INSERT INTO account_tags (account, repository_id, name)
                    SELECT account, repositories.id, 'latest' FROM repositories
                        JOIN (VALUES ('ann', 'a'), ('ann', 'b'), ('admin', 'b'), ('ben', 'team/c')) AS given(account, name)
                        USING (name);
                    INSERT INTO subscriptions (account, id, key, kind, is_active)
                    VALUES ('ann', 'x', 'one.test/w', 'repo_update', true), ('ann', 'y', 'one.test/v', 'repo_update', false)
                    """
                )
            }
            #expect(
                try await server.store.sealedLogins().map { "\($0.pattern) \($0.username)" } == [
                    "one.test robot", "one.test/a ann", "one.test/team/c ben2", "one.test/w ann",
                ]
            )
        }
    }

    @Test("who fails ten times waits, and keeps nobody out who knows the password")
    func lockout() async throws {
        try await APIServer.with { server async throws in
            let client = server.client
            try await makeUser(server, "ann", role: "scanner")
            try await makeUser(server, "ben", role: "scanner")
            #expect(try await client.get("/v1/images", user: "ann", password: "secret-ann").status == 200)
            var waits: [Int?] = []
            for number in 0..<14 {
                let answer = try await client.get("/v1/images", user: "ann", password: "wrong-\(number)")
                #expect(answer.status == 401 && answer.headers["www-authenticate"] != nil)
                waits.append(answer.headers["retry-after"].flatMap { Int($0) })
                _ = try await client.get("/v1/images", user: "ben", password: "wrong-\(number)")
            }
            #expect(waits.prefix(10).allSatisfy { $0 == nil })
            #expect(waits.last != .some(nil), "the last has to wait")
            // She was right before; and others are not concerned.
            #expect(try await client.get("/v1/images", user: "ann", password: "secret-ann").status == 200)
            #expect(try await client.get("/v1/images").status == 200)
            // He was not: his own name has to wait at this address.
            #expect(try await client.get("/v1/images", user: "ben", password: "secret-ben").status == 401)
            let fleet = try await client.get("/v2/images", user: "ben", password: "secret-ben")
            #expect(fleet.status == 401 && fleet.headers["retry-after"] != nil)
            // Who sends a header of ours is no other for that.
            let posing = try await client.send(
                "GET",
                "/v1/images",
                user: "ben",
                password: "wrong",
                headers: ["X-Tallyman-Peer: 192.0.2.9"]
            )
            #expect(posing.status == 401 && posing.headers["retry-after"] != nil)
        }
    }

    @Test("whoever an issuer or a directory vouches for gets in with that role, and is no user of ours")
    func external() async throws {
        try await APIServer.with {
            $0.issuer = Vouching()
            $0.directory = Vouching()
        } _: { server async throws in
            let client = server.client
            try await makeUser(server, "ann", role: "admin")
            func status(_ token: String, _ path: String = "/v1/images") async throws -> Int {
                try await client.send("GET", path, user: nil, headers: bearer(token)).status
            }
            #expect(try await status("ann:team-a:read-only") == 200)
            #expect(try await status("ann:team-a:read-only", "/v1/accounts") == 403)
            #expect(try await status("ann:admin:admin", "/v1/accounts") == 200)
            #expect(try await status("ann:team-z:admin") == 403)
            #expect(try await status("down") == 503)
            #expect(try await status("nobody") == 401)
            // One of the same name as a user of ours does not get at that user's password or tokens.
            for (path, body) in [
                ("/v1/accounts/team-a/users/ann/credentials", #"{"type":"password","value":"another"}"#),
                ("/v1/accounts/team-a/tokens", "{}"),
            ] {
                let answer = try await client.send(
                    "POST",
                    path,
                    body: body,
                    user: nil,
                    headers: bearer("ann:team-a:read-only")
                )
                #expect(answer.status == 403)
            }
            #expect(try await client.get("/v1/images", user: "zoe", password: "directory-secret").status == 200)
            #expect(
                try await client.get("/v1/user", user: "zoe", password: "directory-secret").json?["type"]?.string
                    == "external"
            )
            #expect(try await client.get("/v1/images", user: "zoe", password: "wrong").status == 401)
            // Users of ours go before those of the directory.
            #expect(try await client.get("/v1/images", user: "ann", password: "directory-secret").status == 401)
            let session = try await client.send("POST", "/v1/oauth/token", user: "zoe", password: "directory-secret")
            #expect(session.status == 400)
        }
    }

    @Test("with a certificate HTTPS is spoken, TLS 1.2 or newer, and a new certificate is used without a restart")
    func certificates() async throws {
        let folder = URL(filePath: "/tmp/tc-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("one", for: "DNS:one.test,IP:127.0.0.1")
        try await authority.issue("two", for: "DNS:two.test,IP:127.0.0.1")
        let (chain, key) = (folder.appending(path: "tls.crt").path, folder.appending(path: "tls.key").path)
        func install(_ name: String) throws {
            for (from, to) in [(authority.certificate(name), chain), (authority.key(name), key)] {
                _ = FileManager.default.createFile(atPath: to, contents: FileManager.default.contents(atPath: from))
            }
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        #expect(throws: ServerCertificate.Failure.self) {
            try ServerCertificate(
                certificate: authority.certificate("one"),
                key: authority.key("two"),
                logger: logger
            )
        }
        #expect(throws: ServerCertificate.Failure.self) {
            try ServerCertificate(certificate: chain, key: key, logger: logger)
        }
        try install("one")
        let certificate = try ServerCertificate(certificate: chain, key: key, logger: logger)
        try await APIServer.with(certificate: certificate) { server async throws in
            func ask(_ host: String, _ more: [String] = []) async throws -> String {
                try await TestCommand.run(
                    ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "10"] + more + [
                        "--cacert", authority.authority, "--resolve", "\(host):\(server.client.port):127.0.0.1",
                        "https://\(host):\(server.client.port)/v1",
                    ]
                )
            }
            #expect(try await ask("one.test") == #""v1""#)
            #expect(try await ask("one.test", ["--tls-max", "1.2"]) == #""v1""#)
            await #expect(throws: TestCommand.Failure.self) { try await ask("one.test", ["--tls-max", "1.1"]) }
            await #expect(throws: TestCommand.Failure.self) { try await ask("two.test") }
            let open = try server.client.connected()
            try install("two")
            certificate.reload()
            #expect(try await ask("two.test") == #""v1""#)
            // Files that are no pair leave the last good one.
            try Data("nonsense".utf8).write(to: URL(filePath: key))
            certificate.reload()
            #expect(try await ask("two.test") == #""v1""#)
            close(open)
        }
    }
}

/// Vouches for whoever says so: a token is `NAME:ACCOUNT:ROLE`.
private struct Vouching: TokenIssuer, UserDirectory {
    func identity(token: String) async throws -> ExternalIdentity? {
        if token == "down" { throw IdentityUnavailable("down") }
        let parts = token.split(separator: ":").map(String.init)
        guard parts.count == 3, let role = AccessRole(rawValue: parts[2]) else { return nil }
        return ExternalIdentity(name: parts[0], account: parts[1], role: role, source: "oidc")
    }

    func identity(user: String, password: String) async throws -> ExternalIdentity? {
        guard password == "directory-secret" else { return nil }
        return ExternalIdentity(name: user, account: "admin", role: .readOnly, source: "ldap")
    }

    func wasRight(user: String, password: String) async -> Bool { false }
}
