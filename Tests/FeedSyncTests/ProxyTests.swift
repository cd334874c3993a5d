import Advisories
import Foundation
import HTTPProxy
import TallymanTesting
import Testing

@testable import FeedSync

@Suite("Fetching feeds through a proxy")
struct ProxyTests {
    private func fetch(
        _ proxy: TunnelProxy,
        login: String = "",
        token: String? = nil,
        exceptions: String = ""
    ) async throws -> (report: FeedSyncReport, port: UInt16) {
        let server = try FeedServer()
        var bench = SyncBench()
        defer {
            server.server.stop()
            bench.remove()
        }
        server.put("kev/known_exploited_vulnerabilities.json", SampleFeed.kev("2024.02.01", "CVE-2024-1"))
        bench.options.maxAttempts = 1
        bench.options.proxies = try HTTPProxySettings(
            environment: [:],
            proxy: "http://\(login)\(proxy.host)",
            exceptions: exceptions,
            token: token
        )
        // No name server knows this name: only the proxy can lead there.
        let report = try await bench.fetch("http://feeds.test:\(server.server.port)/feeds", only: ["kev"])
        return (report, server.server.port)
    }

    @Test("A server that only the proxy knows is reached through it")
    func tunnel() async throws {
        let proxy = try TunnelProxy()
        defer { proxy.stop() }
        let (report, port) = try await fetch(proxy)
        #expect(report.memory.problems.isEmpty && report.present == ["kev"])
        #expect(!proxy.tunnels.isEmpty && proxy.tunnels.allSatisfy { $0 == "feeds.test:\(port)" })
    }

    @Test("The proxy gets the login that it wants, and without it the sync says what is missing")
    func logins() async throws {
        // "user:p@ss" in Base64 (RFC 7617).
        let basic = try TunnelProxy(authorization: "Basic dXNlcjpwQHNz")
        let bearer = try TunnelProxy(authorization: "Bearer t0ken")
        defer {
            basic.stop()
            bearer.stop()
        }
        #expect(try await fetch(basic, login: "user:p%40ss@").report.present == ["kev"])
        #expect(try await fetch(bearer, token: "t0ken").report.present == ["kev"])
        let refused = try await fetch(basic, login: "user:wrong@").report
        #expect(refused.present.isEmpty)
        #expect(refused.memory.problems.contains { $0.reason.lowercased().contains("proxy") })
        #expect(basic.tunnels.contains { $0.hasPrefix("refused ") })
    }

    @Test("What NO_PROXY names is asked directly")
    func exceptions() async throws {
        let proxy = try TunnelProxy()
        defer { proxy.stop() }
        let report = try await fetch(proxy, exceptions: "feeds.test").report
        #expect(report.present.isEmpty && proxy.tunnels.isEmpty)
    }
}
