import HTTPProxy
import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Registries behind a proxy")
struct ProxyTests {
    private func options(_ proxy: String, _ port: UInt16) throws -> RegistryOptions {
        var options = quickOptions()
        options.maxAttempts = 1
        options.plainHTTPHosts = ["registry.test:\(port)"]
        options.proxies = try HTTPProxySettings(environment: ["HTTP_PROXY": proxy])
        return options
    }

    @Test("Manifests and blobs come through the proxy, and so does what a redirect leads to")
    func tunnel() async throws {
        let body = patterned(300_000)
        let store = try FaultServer { _, _ in .reply(200, [], body) }
        let registry = try FaultServer { request, _ in
            if request.path.contains("/blobs/") {
                return [.head(307, [("Location", "http://blobs.test:\(store.port)/x"), ("Content-Length", "0")])]
            }
            let type = [("Content-Type", MediaType.ociManifest)]
            guard request.method == "GET" else { return .headOnly(type, length: Documents.image().utf8.count) }
            return .reply(200, type, text: Documents.image())
        }
        let proxy = try TunnelProxy(authorization: "Basic dTpw")
        defer {
            store.stop()
            registry.stop()
            proxy.stop()
        }
        let name = "registry.test:\(registry.port)"
        try await withClient(try options("http://u:p@\(proxy.host)", registry.port)) { client in
            let digest = try await client.resolve(
                ImageReference(registry: name, repository: "app", tag: "1")
            ).digest
            #expect(digest == RegistryTests.digest(Array(Documents.image().utf8)))
            var received: [UInt8] = []
            try await client.streamBlob(
                registry: name,
                repository: "app",
                digest: RegistryTests.digest(body),
                size: Int64(body.count)
            ) { received += $0 }
            #expect(received == body)
        }
        #expect(Set(proxy.tunnels) == [name, "blobs.test:\(store.port)"])
        // The proxy's login is the proxy's alone.
        #expect((registry.requests + store.requests).allSatisfy { $0.headers["proxy-authorization"] == nil })
    }

    @Test("A proxy that turns us away is an error that names it a proxy's")
    func refused() async throws {
        let registry = try FaultServer { _, _ in .reply(200) }
        let proxy = try TunnelProxy(authorization: "Basic dTpw")
        defer {
            registry.stop()
            proxy.stop()
        }
        try await withClient(try options(proxy.host, registry.port)) { client in
            let error = await failure {
                _ = try await client.resolve(
                    ImageReference(registry: "registry.test:\(registry.port)", repository: "app", tag: "1")
                )
            }
            #expect(error?.message.lowercased().contains("proxy") == true)
        }
        #expect(registry.requests.isEmpty)
    }
}
