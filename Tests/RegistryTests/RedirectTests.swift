import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Redirects")
struct RedirectTests {
    private let user = RegistryCredential(username: "ann", password: "s3cret")

    private func blob(_ client: RegistryClient, _ server: FaultServer, _ content: [UInt8]) async throws -> [UInt8] {
        try await client.verifiedBlob(
            registry: server.host,
            repository: "a",
            digest: digest(content),
            size: Int64(content.count),
            maxBytes: 1 << 20
        )
    }

    @Test(
        "F38: a redirect to another server goes without the credentials, also on the way back",
        arguments: [301, 302, 303, 307, 308]
    )
    func dropsAuthorization(status: Int) async throws {
        let content = patterned(1000)
        let store = try FaultServer { request, _ in
            request.path == "/back"
                ? .reply(
                    302,
                    [("Location", request.target.split(separator: "=").last.map { "http://\($0)/last" } ?? "")]
                )
                : .reply(200, [], content)
        }
        defer { store.stop() }
        let server = try FaultServer { request, _ in
            if request.path == "/last" { return .reply(200, [], content) }
            guard request.headers["authorization"] != nil else { return .reply(401, [("WWW-Authenticate", "Basic")]) }
            return .reply(status, [("Location", "\(store.url)/back?to=\(request.headers["host"] ?? "")")])
        }
        defer { server.stop() }
        try await withClient(credentials: [server.host: user]) { client async throws in
            #expect(try await blob(client, server, content) == content)
        }
        #expect(store.requests.map { $0.headers["authorization"] } == [nil])
        #expect(server.requests.last?.path == "/last")
        #expect(server.requests.last?.headers["authorization"] == nil)
    }

    @Test("a redirect within the server keeps the credentials")
    func keepsAuthorization() async throws {
        let content = patterned(10)
        let server = try FaultServer { request, _ in
            guard request.headers["authorization"] != nil else { return .reply(401, [("WWW-Authenticate", "Basic")]) }
            return request.path == "/data" ? .reply(200, [], content) : .reply(307, [("Location", "/data")])
        }
        defer { server.stop() }
        try await withClient(credentials: [server.host: user]) { client async throws in
            #expect(try await blob(client, server, content) == content)
        }
    }

    @Test("F38: redirects in a circle, or too many, end with an error", arguments: ["/v2/a/blobs/x", ""])
    func loops(target: String) async throws {
        let server = try FaultServer { _, number in
            .reply(302, [("Location", target.isEmpty ? "/step\(number)" : target)])
        }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await blob(client, server, [1]) } == .badResponse)
        }
        #expect(server.requests.count <= 6)
    }

    @Test(
        "F41: redirects to addresses for this machine or its cloud are refused",
        arguments: [
            "http://169.254.169.254/latest", "http://[fe80::1]/", "http://2852039166/", "http://[::ffff:169.254.1.1]/x",
        ]
    )
    func metadata(target: String) async throws {
        let server = try FaultServer { _, _ in .reply(302, [("Location", target)]) }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await blob(client, server, [1]) } == .refusedAddress)
        }
    }

    @Test(
        "F38: a redirect without a usable target is an error",
        arguments: ["", "ftp://a/b", "http://a@b/", "http://a b/", "http:///x"]
    )
    func unusable(target: String) async throws {
        let server = try FaultServer { _, _ in .reply(302, target.isEmpty ? [] : [("Location", target)]) }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await blob(client, server, [1]) } == .badResponse)
        }
    }
}
