import Foundation
import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Retries")
struct RetryTests {
    @Test(
        "F34: 429 is waited out, whatever form Retry-After has",
        arguments: [
            nil, "0", "0.01", "1", "99999999999", "-5", "soon", "Sun, 06 Nov 1994 08:49:37 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT", "792.351µs", "1h",
        ]
    )
    func rateLimit(retryAfter: String?) async throws {
        let server = try FaultServer { _, number in
            number < 3
                ? .reply(429, retryAfter.map { [("Retry-After", $0)] } ?? []) : .reply(200, text: #"{"tags":["1"]}"#)
        }
        defer { server.stop() }
        let start = ContinuousClock.now
        try await withClient { client async throws in
            #expect(try await client.tags(server.host, repository: "a").tags == ["1"])
        }
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(server.requests.count == 3)
    }

    @Test("F34: retries end after the attempts allowed, and say what the registry said")
    func gives() async throws {
        let body = #"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow\u0007 down"}]}"#
        let server = try FaultServer { _, _ in .reply(429, text: body) }
        defer { server.stop() }
        try await withClient { client in
            let error = await failure { _ = try await client.tags(server.host, repository: "a") }
            #expect(error?.code == .rateLimited)
            #expect(error?.isTransient == true)
            #expect(error?.message.contains("TOOMANYREQUESTS: slow  down") == true)
        }
        #expect(server.requests.count == 4)
    }

    @Test(
        "what will not pass is not retried",
        arguments: [(403, "forbidden"), (404, "not_found"), (410, "gone"), (405, "unsupported")]
    )
    func permanent(status: Int, expected: String) async throws {
        let server = try FaultServer { _, _ in .reply(status) }
        defer { server.stop() }
        try await withClient { client in
            let error = await failure { _ = try await client.tags(server.host, repository: "a") }
            #expect(error?.code.rawValue == expected)
            #expect(error?.status == status)
        }
        #expect(server.requests.count == 1)
    }

    @Test("broken connections and 5xx are retried")
    func brokenConnections() async throws {
        let server = try FaultServer { _, number in
            switch number {
            case 1: [.reset]
            case 2: .reply(503)
            case 3: [.head(200, [("Content-Length", "100")]), .bytes([1, 2]), .close]
            default: .reply(200, text: #"{"tags":["1"]}"#)
            }
        }
        defer { server.stop() }
        try await withClient { client async throws in
            #expect(try await client.tags(server.host, repository: "a").tags == ["1"])
        }
    }

    @Test("a registry that is not there is unreachable")
    func unreachable() async throws {
        let server = try FaultServer { _, _ in [] }
        server.stop()
        try await Task.sleep(for: .milliseconds(50))
        try await withClient { client async throws in
            let error = await failure { try await client.ping(server.host) }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("no connection (Connection refused)") == true, "\(error?.message ?? "")")
        }
    }

    @Test("a registry that speaks plain HTTP on a TLS port fails with `tls`")
    func tls() async throws {
        let server = try FaultServer(greeting: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)) { _, _ in [] }
        defer { server.stop() }
        let relay = try FaultServer { _, _ in .reply(302, [("Location", "https://\(server.host)/")]) }
        defer { relay.stop() }
        try await withClient { client in
            #expect(await code { try await client.ping(relay.host) } == .tls)
        }
    }

    @Test("F49: silence before the head and in the body times out")
    func silence() async throws {
        var options = quickOptions()
        options.requestTimeout = .milliseconds(200)
        options.idleTimeout = .milliseconds(200)
        options.maxAttempts = 2
        let mute = try FaultServer { _, _ in [.pause(.seconds(2))] }
        defer { mute.stop() }
        let drip = try FaultServer { _, _ in
            [.head(200, [("Content-Length", "100")]), .bytes([123]), .pause(.seconds(2))]
        }
        defer { drip.stop() }
        let slow = try FaultServer { _, _ in
            [.head(200, [("Content-Length", "1000")])]
                + (0..<100).flatMap { _ in [.bytes([32]), .pause(.milliseconds(30))] }
        }
        defer { slow.stop() }
        try await withClient(options) { client in
            for server in [mute, drip, slow] {
                #expect(await code { _ = try await client.tags(server.host, repository: "a") } == .timedOut)
            }
        }
    }

    @Test("a cancelled call ends soon")
    func cancellation() async throws {
        let server = try FaultServer { _, _ in [.head(200, [("Content-Length", "100")]), .pause(.seconds(20))] }
        defer { server.stop() }
        let start = ContinuousClock.now
        try await withClient { client in
            let task = Task { try await client.tags(server.host, repository: "a") }
            try await Task.sleep(for: .milliseconds(200))
            task.cancel()
            await #expect(throws: (any Error).self) { _ = try await task.value }
        }
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    @Test("an answer that is no HTTP, as one that a failing server broke off leaves behind, is asked for again")
    func outOfStep() async throws {
        let server = try FaultServer { _, number in
            number == 1
                ? [.bytes(Array("rror</html>\r\n\r\n".utf8)), .close] : .reply(200, text: #"{"name":"a","tags":["1"]}"#)
        }
        defer { server.stop() }
        try await withClient { client async throws in
            #expect(try await client.tags(server.host, repository: "a").tags == ["1"])
        }
    }

    @Test("headers beyond all bounds are refused")
    func headers() async throws {
        let server = try FaultServer { _, _ in
            .reply(200, (0..<200).map { ("X-\($0)", String(repeating: "x", count: 4000)) }, text: #"{"tags":[]}"#)
        }
        defer { server.stop() }
        try await withClient { client in
            #expect(await code { _ = try await client.tags(server.host, repository: "a") } == .badResponse)
        }
    }
}
