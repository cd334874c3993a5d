import NIOHTTP1
import ScanModel
import TallymanTesting
import Testing

@testable import Registry

@Suite("Registry faults: other hosts")
struct AddressFaultTests {
    private let secret = RegistryCredential(username: "ann", password: "s3cret")

    /// An origin that nothing was ever connected to, which counts as far away.
    private var distant: WebAddress.Origin { WebAddress.Origin(isSecure: true, host: "registry.test", port: 443) }

    @Test("F38: a signed address that has run out is asked for anew")
    func signedAddress() async throws {
        let content = patterned(5000)
        let storage = try FaultServer { _, number in
            number == 1 ? .reply(403, text: "<Error>Request has expired</Error>") : .reply(200, [], content)
        }
        defer { storage.stop() }
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.setFault(.redirect(to: "\(storage.url)/signed?until=now"), at: "a/blobs/")
        try await withClient { client async throws in
            let bytes = try await client.verifiedBlob(
                registry: registry.host,
                repository: "a",
                digest: digest(content),
                size: 5000,
                maxBytes: 5000
            )
            #expect(bytes == content)
        }
        #expect(registry.requests.count == 2)
    }

    @Test("F38: the way from https leads to no http, at any step")
    func downgrade() throws {
        for step in ["http://registry.test/x", "HTTP://other.test/", "//other.test:80/x"] {
            var rules = RedirectRules(start: try #require(WebAddress("https://registry.test/v2/")))
            try rules.follow("/elsewhere", subject: "test")
            if step.hasPrefix("//") {
                try rules.follow(step, subject: "test")
                #expect(rules.current.isSecure)
            } else {
                #expect(throws: RegistryError.self) { try rules.follow(step, subject: "test") }
            }
        }
    }

    @Test(
        "F40: a look-alike host gets no credentials, as registry or as token server",
        arguments: [
            "x.azurecr.io.evil.test", "xx.azurecr.io", "x.azurecr.io.", "evil.test/x.azurecr.io", "x-azurecr.io",
            "x.azurecr.io:8443", "xazurecr.io", "azurecr.io.evil.test",
        ]
    )
    func lookAlikes(host: String) async throws {
        let fixed = FixedCredentials(["x.azurecr.io": secret])
        let docker = DockerConfigCredentials(
            json: Array(#"{"auths":{"https://x.azurecr.io/v2/":{"username":"ann","password":"s3cret"}}}"#.utf8)
        )
        #expect(await docker.credential(for: "x.azurecr.io") != nil)
        #expect(await fixed.credential(for: host) == nil)
        #expect(await docker.credential(for: host) == nil)
        let endpoint = try RegistryEndpoint("x.azurecr.io", options: RegistryOptions())
        guard let realm = WebAddress("https://\(host)/token"), realm.host != "x.azurecr.io" else { return }
        #expect(!RealmRules.mayReceiveCredentials(realm, of: endpoint, options: RegistryOptions()))
    }

    @Test("F41: whatever a name resolves to, no connection to this machine is used on a distant registry's word")
    func peerAddress() async throws {
        let victim = try FaultServer { _, _ in .reply(200, text: "secret") }
        defer { victim.stop() }
        let exchange = HTTPExchange(options: quickOptions())
        for host in ["127.0.0.1", "localhost"] {
            let address = try #require(WebAddress("http://\(host):\(victim.port)/latest/meta-data"))
            // As a redirect would lead there, past the look-up: as if the name had changed its address since.
            var request = HTTPExchangeRequest(method: .GET, address: address, subject: "test")
            request.registry = distant
            let error = await failure { _ = try await exchange.send(request) }
            #expect(error?.code == .refusedAddress, "\(host)")
            #expect(
                await code { try await exchange.checkReach(of: address, from: distant, subject: "test") }
                    == .refusedAddress
            )
        }
        try await exchange.shutdown()
        #expect(victim.requests.isEmpty)
    }

    @Test("F41: a registry that is itself near may lead to what is as near")
    func nearRegistry() async throws {
        let storage = try FaultServer { _, _ in .reply(200, text: "abc") }
        defer { storage.stop() }
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.setFault(.redirect(to: "http://localhost:\(storage.port)/x"), at: "a/blobs/")
        try await withClient { client in
            _ = try await client.verifiedBlob(
                registry: registry.host,
                repository: "a",
                digest: digest(Array("abc".utf8)),
                size: 3,
                maxBytes: 3
            )
        }
        #expect(storage.requests.count == 1)
    }

    @Test("F41: how near a registry is, is told by the farthest address that it was reached at")
    func ownScope() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        let exchange = HTTPExchange(options: quickOptions())
        let address = try #require(WebAddress("\(registry.url)/v2/"))
        #expect(exchange.connections.scope(of: address.origin) == .global)
        _ = try await exchange.send(HTTPExchangeRequest(method: .GET, address: address, subject: "test"))
        #expect(exchange.connections.scope(of: address.origin) == .loopback)
        try await exchange.shutdown()
    }

    @Test("F39: a token server with no credentials to lose is still not reached where the registry may not lead")
    func anonymousRealm() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        for realm in ["http://169.254.169.254/token", "http://[fe80::1]/t", "http://100.100.100.200/", "ftp://x/"] {
            registry.setFault(.status(401, [("WWW-Authenticate", #"Bearer realm="\#(realm)""#)]), at: "a/")
            try await withClient { client in
                let refused = await code { _ = try await client.tags(registry.host, repository: "a") }
                #expect(refused == .refusedAddress || refused == .unauthorized, "\(realm)")
            }
        }
    }
}
