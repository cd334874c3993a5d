import AnchoreAPI
import Foundation
import Postgres
import Store
import Testing
import Web

@Suite("Requests to the API for fleets", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct FleetRequestTests {
    @Test("every refusal is a problem document with the status that it should have")
    func problems() async throws {
        try await APIServer.with { server in
            let client = server.client
            let json = FleetRoutesTests.isJSON
            let digest = "sha256:" + String(repeating: "a", count: 64)
            let deep = String(repeating: "[", count: 10_000)
            let cases: [(Int, String, String, String?, [String])] = [
                (404, "GET", "/v2/nothing", nil, []), (404, "GET", "/v2/images/\(digest)", nil, []),
                (400, "GET", "/v2/images/latest", nil, []), (400, "GET", "/v2/runs/x", nil, []),
                (400, "GET", "/v2/runs/0", nil, []), (404, "GET", "/v2/runs/9223372036854775807", nil, []),
                (400, "GET", "/v2/runs/9223372036854775808", nil, []), (404, "GET", "/v2/runs/%2e%2e", nil, []),
                (404, "GET", "/v2/vulnerabilities/CVE-1", nil, []), (404, "GET", "/v2/images/%00", nil, []),
                (404, "GET", "/v2/images?cursor=AAAA", nil, []), (400, "GET", "/v2/images?cursor=%20", nil, []),
                (400, "GET", "/v2/images?limit=501", nil, []), (400, "GET", "/v2/images?limt=5", nil, []),
                (400, "GET", "/v2/images?tag=%ff", nil, []), (400, "GET", "/v2/images?tag=a%00b", nil, []),
                (400, "GET", "/v2/images?tag=a&tag=b", nil, []), (400, "GET", "/v2/fleet?x=1", nil, []),
                (404, "GET", "/v2/packages/99999999999", nil, []),
                (404, "GET", "/v2/packages/99999999999/images", nil, []),
                (404, "GET", "/v2/reports/nightly", nil, []), (404, "GET", "/v2/reports/findings?format=csv", nil, []),
                (405, "PUT", "/v2/runs", "{}", json), (405, "DELETE", "/v2/images/\(digest)", nil, []),
                (405, "POST", "/v2/", nil, []), (405, "TRACE", "/v2/fleet", nil, []),
                (409, "POST", "/v2/runs", "{}", json), (415, "POST", "/v2/runs", "{}", []),
                (415, "POST", "/v2/runs", "{}", ["Content-Type: text/plain"]),
                (400, "POST", "/v2/runs", "{", json), (400, "POST", "/v2/runs", "[]", json),
                (400, "POST", "/v2/runs", deep, json), (400, "POST", "/v2/runs", #"{"targets":["A b"]}"#, json),
                (400, "POST", "/v2/runs", #"{"target":"x"}"#, json), (400, "POST", "/v2/exceptions", "{}", json),
                (400, "POST", "/v2/exceptions", #"{"vulnerability":"x","reason":"a\u0000"}"#, json),
                (413, "POST", "/v2/runs", String(repeating: " ", count: 2 << 20), json),
            ]
            for (status, method, path, body, headers) in cases {
                let answer = try await client.send(method, path, body: body, headers: headers)
                #expect(answer.status == status, "\(method) \(path)")
                #expect(answer.headers["content-type"] == "application/problem+json", "\(method) \(path)")
                #expect(answer.json?["status"]?.int == status, "\(method) \(path)")
                if status == 405 { #expect(answer.headers["allow"]?.contains("OPTIONS") == true) }
            }
            let wrong = try await client.get("/v2/images?limit=0&sort=up")
            #expect(wrong.json?["errors"]?.array?.compactMap { $0["place"]?.string } == ["limit", "sort"])
            let options = try await client.send("OPTIONS", "/v2/exceptions/1", user: nil)
            #expect(options.status == 204)
            #expect(options.headers["allow"] == "GET, HEAD, DELETE, OPTIONS")
            // What stands beside it is as it was.
            #expect(try await client.send("PUT", "/v1/images").json?["httpcode"] != nil)
        }
    }

    @Test("the page of the report takes a place among what is heavy, and says so where there is none")
    func heavyReport() async throws {
        try await APIServer.with(heavyRequests: 0) { server in
            for path in ["/report", "/v2/reports/nightly"] {
                let answer = try await server.client.get(path)
                #expect(answer.status == 429, "\(path)")
                #expect(answer.headers["retry-after"] == "5", "\(path)")
                #expect(answer.headers["content-type"] == "application/problem+json", "\(path)")
            }
            #expect(try await server.client.get("/").status == 200)
        }
        try await APIServer.with(heavyRequests: 1) { server in
            // Each gives its place back.
            for _ in 0..<2 {
                let answer = try await server.client.get("/report")
                #expect(answer.status == 404)
            }
        }
    }

    @Test("who may not is told so, and what describes the API is for all")
    func rights() async throws {
        try await APIServer.with { server in
            let client = server.client
            for path in ["/v2/fleet", "/v2/images", "/v2/reports/findings", "/v2/exceptions/1"] {
                let answer = try await client.get(path, user: nil)
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"]?.hasPrefix("Basic") == true)
                #expect(answer.json?["status"]?.int == 401)
            }
            #expect(try await client.get("/v2/fleet", password: "wrong").status == 401)
            for path in ["/v2/", "/v2", "/v2/openapi.json", "/v2/openapi.yaml"] {
                #expect(try await client.get(path, user: nil).status == 200)
            }
            #expect(try await client.get("/v2/", user: nil).text.contains("GET /v2/images/{digest}"))
            let document = try await client.get("/v2/openapi.json", user: nil).json
            #expect(document?["openapi"]?.string == "3.1.0")
            #expect(document?["paths"]?["/runs"]?["post"]?["operationId"]?.string == "createRun")

            // A user of an account that sees its own images alone, and a reader of the fleet.
            try await server.store.pool.run { session in
                try session.script(
                    """
                    INSERT INTO accounts (name, kind, state) VALUES ('team', 'user', 'enabled');
                    INSERT INTO users (name, account, password) SELECT 'member', 'team', password FROM users
                    """
                )
            }
            #expect(try await client.get("/v2/images", user: "member").status == 403)
            try await server.store.pool.run { session in
                try session.script("UPDATE users SET account = 'admin', role = 'read-only' WHERE name = 'member'")
            }
            #expect(try await client.get("/v2/images", user: "member").status == 200)
            for (method, path) in [("POST", "/v2/runs"), ("POST", "/v2/exceptions"), ("DELETE", "/v2/exceptions/1")] {
                let answer = try await client.send(
                    method,
                    path,
                    body: "{}",
                    user: "member",
                    headers: FleetRoutesTests.isJSON
                )
                #expect(answer.status == 403, "\(path)")
            }
        }
    }

    @Test("five hundred requests at once and clients that dawdle do no harm")
    func many() async throws {
        try await APIServer.with { server in
            let client = server.client
            _ = try await server.fill(2)
            var held: [Int32] = []
            let login = Base64Text.encode(Array("admin:\(APIServer.password)".utf8))
            for number in 0..<100 {
                let descriptor = try client.connected()
                held.append(descriptor)
                let text =
                    number % 2 == 0
                    ? "GET /v2/reports/findings HT"
                    : "POST /v2/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \(login)\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
                _ = Array(text.utf8).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
            }
            defer { held.forEach { close($0) } }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<500 {
                    let path = number % 10 == 0 ? "/v2/reports/findings" : "/v2/images?limit=5"
                    group.addTask { try await client.get(path).status }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            // Only some exports go at a time; the others are told to come again.
            #expect(statuses.keys.allSatisfy { $0 == 200 || $0 == 429 })
            #expect((statuses[200] ?? 0) >= 450)
            #expect(try await client.get("/v2/reports/findings").status == 200)
        }
    }

    @Test("exports whose clients read nothing make room for others")
    func slowExports() async throws {
        try await APIServer.with({ $0.exports.window = .milliseconds(200) }) { server in
            let client = server.client
            _ = try await server.fill(2)
            // More than sockets and the pipe take in between.
            try await server.store.pool.run { session in
                try session.script(
                    """
                    UPDATE package_sets SET
                        package_ids = array_fill(package_ids[1], ARRAY[60000]),
                        license_ids = array_fill(license_ids[1], ARRAY[60000])
                    """
                )
            }
            let login = Base64Text.encode(Array("admin:\(APIServer.password)".utf8))
            let request = Array(
                "GET /v2/reports/packages HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \(login)\r\n\r\n".utf8
            )
            var held: [Int32] = []
            defer { held.forEach { close($0) } }
            for _ in 0..<2 {
                let descriptor = try client.connected()
                held.append(descriptor)
                _ = request.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
                // Once its answer begins it has its place.
                #expect(try await client.receive(descriptor, most: 1).count == 1)
            }
            var answer = try await client.get("/v2/reports/packages?format=csv")
            for _ in 0..<400 where answer.status == 429 {
                try await Task.sleep(for: .milliseconds(50))
                answer = try await client.get("/v2/reports/packages?format=csv")
            }
            #expect(answer.status == 200)
            #expect(answer.text.split(separator: "\r\n").count == 60_001)
        }
    }
}
