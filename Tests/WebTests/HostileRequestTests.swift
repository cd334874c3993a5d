import AnchoreAPI
import Foundation
import Testing

@Suite("Requests that mean no good", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct HostileRequestTests {
    @Test("bodies over the bound are refused, whether their length is stated or not")
    func size() async throws {
        try await APIServer.with { server in
            let client = server.client
            let login = "Authorization: Basic " + Base64Text.encode(Array("admin:\(APIServer.password)".utf8))
            let stated =
                "POST /v1/images HTTP/1.1\r\nHost: x\r\n\(login)\r\nContent-Length: 104857600\r\n\r\n"
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: 100 << 20)
            let first = try await client.exchange(Array(stated.utf8) + body)
            #expect(first.status == 413)
            #expect(first.json?["httpcode"]?.int == 413)
            let chunked =
                "POST /v1/images HTTP/1.1\r\nHost: x\r\n\(login)\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = Array("100000\r\n".utf8) + body[..<(1 << 20)] + Array("\r\n".utf8)
            var many = Array(chunked.utf8)
            for _ in 0..<20 { many += chunk }
            #expect(try await client.exchange(many + Array("0\r\n\r\n".utf8)).status == 413)
            let noChunk = try await client.exchange(Array((chunked + "zz\r\nx\r\n").utf8))
            #expect(noChunk.status == 400)
            // Without credentials nothing of the body is looked at.
            let anonymous = stated.replacing(login + "\r\n", with: "")
            #expect(try await client.exchange(Array(anonymous.utf8) + body).status == 401)
            #expect(try await client.get("/v1/images").status == 200)
        }
    }

    @Test("broken JSON is a 400 in the form that clients read")
    func json() async throws {
        try await APIServer.with { server in
            let paths = [
                ("POST", "/v1/images"), ("POST", "/v1/policies"), ("POST", "/v1/registries"), ("POST", "/v1/accounts"),
                ("POST", "/v1/subscriptions"), ("POST", "/v1/archives/rules"), ("POST", "/v1/archives/images"),
            ]
            let deep = String(repeating: "[", count: 100_000)
            for (method, path) in paths {
                for body in ["", "{", "[]", "null", #"{"tag":"#, deep, "\u{0}", #"{"tag":{"a":1}}"#] {
                    let answer = try await server.client.send(method, path, body: body)
                    #expect(answer.status == 400, "\(path) \(body.prefix(20))")
                    #expect(answer.json?.members != nil, "\(path) \(body.prefix(20))")
                }
            }
        }
    }

    @Test(
        "paths that climb, hide or lie lead nowhere",
        arguments: [
            "/v1/images/..%2f..%2fetc%2fpasswd", "/v1/images/%2e%2e/content", "/v1/../v1/images/x", "/v1/policies/%00",
            "/v1/policies/..", "/v1/registries/%2e%2e%2fadmin", "/v1/images/sha256:zz", "/v1/images/%ff",
            "/v1/registries/a/../b", "/v1/registries/a/%2e%2e/b", "/v1/images/by_id/'%20OR%201=1",
            "/v1/policies/a%5c..%5cb", "/v1//images//", "/v1/archives/images/x%0d%0ay",
        ]
    )
    func paths(_ path: String) async throws {
        try await APIServer.with { server in
            let answer = try await server.client.get(path)
            #expect([404, 200].contains(answer.status), "\(answer.status)")
            if answer.status == 200 { #expect(answer.json == []) }
        }
    }

    @Test("texts that could be statements are only ever values")
    func injection() async throws {
        try await APIServer.with { server in
            let client = server.client
            let evil = "x'%3B%20DROP%20TABLE%20users%3B--"
            for path in [
                "/v1/query/images/by_package?name=\(evil)",
                "/v1/query/images/by_vulnerability?vulnerability_id=\(evil)",
                "/v1/events?event_type=\(evil)", "/v1/subscriptions?subscription_key=\(evil)",
                "/v1/query/vulnerabilities?id=\(evil)", "/v1/images?fulltag=\(evil)", "/v1/events/\(evil)",
            ] {
                let answer = try await client.get(path)
                #expect([200, 400, 404].contains(answer.status), "\(path)")
            }
            #expect(try await client.get("/v1/images").status == 200)
        }
    }

    @Test("wrong parameters are a 400 each")
    func parameters() async throws {
        try await APIServer.with { server in
            for path in [
                "/v1/events?since=yesterday", "/v1/events?limit=0", "/v1/events?limit=1001", "/v1/events?page=-1",
                "/v1/events?level=loud", "/v1/images?image_status=odd", "/v1/images?analysis_status=odd",
                "/v1/images?fulltag=a%20b", "/v1/query/images/by_package", "/v1/query/images/by_vulnerability",
                "/v1/query/images/by_package?name=a&page=0", "/v1/policies?detail=maybe",
                "/v1/query/images/by_vulnerability?vulnerability_id=CVE-2024-1&severity=bogus",
            ] {
                let answer = try await server.client.get(path)
                #expect(answer.status == 400, "\(path)")
            }
        }
    }

    @Test("five hundred requests at once are all answered")
    func many() async throws {
        try await APIServer.with { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<500 { group.addTask { try await server.client.get("/v1/images").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count == 500)
            #expect(statuses.allSatisfy { $0 == 200 })
        }
    }

    @Test("clients that ask before they send a body are told to go on, or that it is too large")
    func continues() async throws {
        try await APIServer.with { server in
            let client = server.client
            let login = "Authorization: Basic " + Base64Text.encode(Array("admin:\(APIServer.password)".utf8))
            func ask(_ length: Int) async throws -> (Int32, String) {
                let text =
                    "POST /v1/images HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(login)\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
                let descriptor = try client.connected()
                let bytes = Array(text.utf8)
                _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
                return (descriptor, String(decoding: try await client.receive(descriptor), as: UTF8.self))
            }
            let (small, first) = try await ask(2)
            defer { close(small) }
            #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
            let body = Array("{}".utf8)
            _ = body.withUnsafeBytes { send(small, $0.baseAddress, $0.count, 0) }
            let second = String(decoding: try await client.receive(small), as: UTF8.self)
            #expect(second.hasPrefix("HTTP/1.1 400"))
            let (large, refusal) = try await ask(64 << 20)
            defer { close(large) }
            #expect(refusal.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test("clients that dawdle block nobody")
    func slow() async throws {
        try await APIServer.with { server in
            let client = server.client
            // Half a head, and a head without its body.
            var held: [Int32] = []
            for number in 0..<200 {
                let descriptor = try client.connected()
                held.append(descriptor)
                let login = Base64Text.encode(Array("admin:\(APIServer.password)".utf8))
                let text =
                    number % 2 == 0
                    ? "GET /v1/images HT"
                    : "POST /v1/images HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \(login)\r\nContent-Length: 1000\r\n\r\n{"
                let bytes = Array(text.utf8)
                _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
            }
            for _ in 0..<20 { #expect(try await client.get("/v1/images").status == 200) }
            held.forEach { close($0) }
        }
    }
}
