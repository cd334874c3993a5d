import Foundation
import Registry
import ScanModel
import Synchronization
import TallymanTesting
import Testing

@Suite("Authentication")
struct AuthenticationTests {
    private let user = RegistryCredential(username: "ann", password: "s3cret")
    private var basic: String { "Basic " + Data("ann:s3cret".utf8).base64EncodedString() }

    @Test("Basic credentials are sent only after the registry asks")
    func basicLogin() async throws {
        let wanted = basic
        let server = try FaultServer { request, _ in
            guard request.headers["authorization"] == wanted else {
                return .reply(401, [("WWW-Authenticate", #"Basic realm="registry""#)])
            }
            return .reply(200, text: #"{"name":"a","tags":["1"]}"#)
        }
        defer { server.stop() }
        try await withClient(credentials: [server.host: user]) { client async throws in
            #expect(try await client.tags(server.host, repository: "a").tags == ["1"])
            #expect(try await client.tags(server.host, repository: "a").tags == ["1"])
        }
        #expect(server.requests.map { $0.headers["authorization"] } == [nil, wanted, wanted])
    }

    @Test("wrong Basic credentials end with `unauthorized` and are tried once")
    func wrongBasic() async throws {
        let server = try FaultServer { _, _ in .reply(401, [("WWW-Authenticate", "Basic")]) }
        defer { server.stop() }
        try await withClient(credentials: [server.host: user]) { client in
            let error = await failure { _ = try await client.tags(server.host, repository: "a") }
            #expect(error?.code == .unauthorized)
            #expect(error.map { !"\($0)".contains("s3cret") } == true)
        }
        #expect(server.requests.count == 2)
    }

    @Test("F33: a bearer token that ends in mid-run is replaced", arguments: [3600, 1])
    func tokenExpires(seconds: Int) async throws {
        let issued = Mutex(0)
        let server = try FaultServer { request, number in
            if request.path == "/token" {
                let serial = issued.withLock { value in
                    value += 1
                    return value
                }
                return .reply(200, text: #"{"token":"t\#(serial)","expires_in":\#(seconds)}"#)
            }
            let current = issued.withLock { $0 }
            // The first token is refused from its second use on.
            let uses = number > 3 ? 2 : 1
            guard current >= uses, request.headers["authorization"] == "Bearer t\(current)" else {
                let realm = "http://\(request.headers["host"] ?? "")/token"
                let challenge = #"Bearer realm="\#(realm)",service="svc",scope="repository:a:pull,push""#
                return .reply(401, [("WWW-Authenticate", challenge)])
            }
            return .reply(200, text: #"{"tags":["1"]}"#)
        }
        defer { server.stop() }
        try await withClient(credentials: [server.host: user]) { client async throws in
            for _ in 0..<3 { #expect(try await client.tags(server.host, repository: "a/b").tags == ["1"]) }
        }
        let tokens = server.requests.filter { $0.path == "/token" }
        #expect(tokens.count == 2)
        #expect(
            tokens.allSatisfy {
                $0.target.contains("scope=repository%3Aa%2Fb%3Apull&") && $0.target.contains("service=svc")
            }
        )
        #expect(tokens.allSatisfy { $0.headers["authorization"] == basic })
    }

    @Test("a token that is already over is not sent again")
    func tokenOver() async throws {
        let server = try FaultServer { request, _ in
            if request.path == "/token" { return .reply(200, text: #"{"access_token":"t","expires_in":0}"#) }
            guard request.headers["authorization"] == "Bearer t" else {
                let realm = "http://\(request.headers["host"] ?? "")/token"
                return .reply(401, [("WWW-Authenticate", #"Bearer realm="\#(realm)""#)])
            }
            return .reply(200, text: #"{"tags":[]}"#)
        }
        defer { server.stop() }
        try await withClient { client in
            for _ in 0..<2 { _ = try await client.tags(server.host, repository: "a") }
        }
        #expect(server.requests.map(\.path).filter { $0 == "/token" }.count == 2)
    }

    @Test("a refresh token is exchanged by POST")
    func identityToken() async throws {
        let server = try FaultServer { request, _ in
            if request.path == "/token" { return .reply(200, text: #"{"access_token":"t"}"#) }
            guard request.headers["authorization"] == "Bearer t" else {
                let realm = "http://\(request.headers["host"] ?? "")/token"
                return .reply(401, [("WWW-Authenticate", #"Bearer realm="\#(realm)",service="s""#)])
            }
            return .reply(200, text: #"{"tags":[]}"#)
        }
        defer { server.stop() }
        let credential = RegistryCredential(username: "", password: "", identityToken: "refresh me")
        try await withClient(credentials: [server.host: credential]) { client in
            _ = try await client.tags(server.host, repository: "a")
        }
        let token = server.requests.first { $0.path == "/token" }
        #expect(token?.method == "POST")
        #expect(
            token?.body
                == "service=s&scope=repository%3Aa%3Apull&grant_type=refresh_token&client_id=tallyman&refresh_token=refresh%20me"
        )
    }

    @Test("F39: credentials are not sent to a token server on another host")
    func foreignRealm() async throws {
        let thief = try FaultServer { _, _ in .reply(200, text: #"{"token":"t"}"#) }
        defer { thief.stop() }
        let realm = "http://localhost:\(thief.port)/token"
        let server = try FaultServer { _, _ in .reply(401, [("WWW-Authenticate", #"Bearer realm="\#(realm)""#)]) }
        defer { server.stop() }
        try await withClient(credentials: [server.host: user]) { client in
            #expect(await code { _ = try await client.tags(server.host, repository: "a") } == .unauthorized)
        }
        #expect(thief.requests.isEmpty)
    }

    @Test("F39: a token server on another host is used where the configuration allows it")
    func allowedRealm() async throws {
        let tokens = try FaultServer { _, _ in .reply(200, text: #"{"token":"t"}"#) }
        defer { tokens.stop() }
        let realm = "http://localhost:\(tokens.port)/token"
        let server = try FaultServer { request, _ in
            request.headers["authorization"] == "Bearer t"
                ? .reply(200, text: #"{"tags":[]}"#) : .reply(401, [("WWW-Authenticate", #"Bearer realm="\#(realm)""#)])
        }
        defer { server.stop() }
        var options = quickOptions()
        options.credentialRealms = [server.host: ["localhost"]]
        try await withClient(options, credentials: [server.host: user]) { client in
            _ = try await client.tags(server.host, repository: "a")
        }
        #expect(tokens.requests.first?.headers["authorization"] == basic)
    }

    @Test("F39: a hostile token is refused", arguments: [#"{"token":"a\r\nX: y"}"#, "{}", "[]", #"{"token":7}"#, ""])
    func hostileToken(answer: String) async throws {
        let server = try FaultServer { request, _ in
            if request.path == "/token" { return .reply(200, text: answer) }
            let realm = "http://\(request.headers["host"] ?? "")/token"
            return .reply(401, [("WWW-Authenticate", #"Bearer realm="\#(realm)""#)])
        }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await client.tags(server.host, repository: "a") } == .badResponse)
        }
    }

    @Test("ping takes a registry that wants a login for one that answers")
    func ping() async throws {
        let server = try FaultServer { _, _ in .reply(401, [("WWW-Authenticate", "Basic")]) }
        defer { server.stop() }
        try await withClient { client in try await client.ping(server.host) }
        try await withClient(credentials: [server.host: user]) { client in
            #expect(await code { try await client.ping(server.host) } == .unauthorized)
        }
    }

    @Test("a credential shows nothing of itself")
    func hidden() {
        #expect(!"\(user)".contains("s3cret") && !String(reflecting: user).contains("s3cret"))
        var text = ""
        dump(user, to: &text)
        #expect(!text.contains("s3cret"))
    }
}
