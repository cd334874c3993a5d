import Registry
import ScanModel
import Synchronization
import TallymanTesting
import Testing

@Suite("Blobs")
struct BlobTests {
    private let content = patterned(200_000)

    private func stream(_ server: FaultServer, size: Int64? = nil, options: RegistryOptions = quickOptions())
        async throws -> [UInt8]
    {
        try await withClient(options) { client in
            var received: [UInt8] = []
            try await client.streamBlob(
                registry: server.host,
                repository: "a/b",
                digest: digest(content),
                size: size ?? Int64(content.count)
            ) { received += $0 }
            return received
        }
    }

    private static func offset(_ request: FaultServer.Request) -> Int? {
        request.headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) }
    }

    @Test("F35: a transfer that breaks is resumed at the byte it broke at", arguments: [true, false])
    func resumes(clean: Bool) async throws {
        let content = content
        let server = try FaultServer { request, number in
            let start = Self.offset(request) ?? 0
            let range = "bytes \(start)-\(content.count - 1)/\(content.count)"
            let head = FaultServer.Step.head(
                start > 0 ? 206 : 200,
                [("Content-Length", "\(content.count - start)")] + (start > 0 ? [("Content-Range", range)] : [])
            )
            guard number < 4 else { return [head, .bytes(Array(content[start...]))] }
            return [
                head, .bytes(Array(content[start..<(start + 30_001)])), .pause(.milliseconds(50)),
                clean ? .close : .reset,
            ]
        }
        defer { server.stop() }
        #expect(try await stream(server) == content)
        #expect(server.requests.count == 4)
        #expect(server.requests.last.flatMap(Self.offset) ?? 0 > 0)
    }

    @Test("F35: an answer with the whole is skipped up to where the transfer stood")
    func ignoresRange() async throws {
        let content = content
        let server = try FaultServer { _, number in
            let head = FaultServer.Step.head(200, [("Content-Length", "\(content.count)")])
            return number == 1 ? [head, .bytes(Array(content[..<77_777])), .close] : [head, .bytes(content)]
        }
        defer { server.stop() }
        #expect(try await stream(server) == content)
    }

    @Test(
        "F35: an answer with another range is not taken; the whole is asked for instead",
        arguments: [
            "bytes 0-199999/200000", "bytes 100001-199999/200000", "bytes 100000-199999/300000", "bytes x-y/z", "none",
        ]
    )
    func wrongRange(range: String) async throws {
        let content = content
        let server = try FaultServer { request, number in
            if number == 1 {
                return [
                    .head(200, [("Content-Length", "\(content.count)")]), .bytes(Array(content[..<100_000])), .close,
                ]
            }
            guard Self.offset(request) == nil else {
                return .reply(206, range == "none" ? [] : [("Content-Range", range)], content)
            }
            return .reply(200, [], content)
        }
        defer { server.stop() }
        #expect(try await stream(server) == content)
    }

    @Test("F35, F37: 416 and another size end the transfer", arguments: [0, 1, 2, 3])
    func sizes(kind: Int) async throws {
        let content = content
        let server = try FaultServer { request, number in
            switch kind {
            case 0 where number == 1:
                [.head(200, [("Transfer-Encoding", "chunked")]), .bytes(Array("3\r\nabc\r\n0\r\n\r\n".utf8))]
            case 0: .reply(416, [("Content-Range", "bytes */3")])
            case 1: .reply(200, [], Array(content.dropLast()))
            case 2: .reply(200, [], content + [0])
            default: [.head(200, [("Connection", "close")]), .bytes(content + [0]), .close]
            }
        }
        defer { server.stop() }
        #expect(await code { _ = try await stream(server) } == .badResponse)
    }

    @Test("F36: a truncated body with a clean close and no length is resumed")
    func truncated() async throws {
        let content = content
        let server = try FaultServer { request, number in
            guard let start = Self.offset(request) else {
                return [.head(200, [("Connection", "close")]), .bytes(Array(content[..<50_000])), .close]
            }
            let range = "bytes \(start)-\(content.count - 1)/\(content.count)"
            return .reply(206, [("Content-Range", range)], Array(content[start...]))
        }
        defer { server.stop() }
        #expect(try await stream(server) == content)
    }

    @Test("F37: a body in chunks without a length is taken")
    func chunked() async throws {
        let content = content
        let server = try FaultServer { _, _ in
            var body: [UInt8] = []
            for start in stride(from: 0, to: content.count, by: 999) {
                let part = content[start..<min(start + 999, content.count)]
                body += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8)
            }
            return [.head(200, [("Transfer-Encoding", "chunked")]), .bytes(body + Array("0\r\n\r\n".utf8))]
        }
        defer { server.stop() }
        #expect(try await stream(server) == content)
    }

    @Test("F35: a registry that never brings more than a little is given up")
    func endless() async throws {
        let content = content
        let server = try FaultServer { request, _ in
            let start = Self.offset(request) ?? 0
            let range = "bytes \(start)-\(content.count - 1)/\(content.count)"
            return [
                .head(
                    start > 0 ? 206 : 200,
                    [("Content-Length", "\(content.count - start)"), ("Content-Range", range)]
                ),
                .bytes([content[start]]), .pause(.milliseconds(2)), .close,
            ]
        }
        defer { server.stop() }
        var options = quickOptions()
        options.maxResumes = 10
        #expect(await failure { _ = try await stream(server, options: options) }?.isTransient == true)
        #expect(server.requests.count == 11)
    }

    @Test("the network is not read faster than the chunks are taken")
    func backPressure() async throws {
        let content = [UInt8](repeating: 7, count: 32 << 20)
        let sent = Mutex(0)
        let server = try FaultServer { _, _ in [.head(200, [("Content-Length", "\(content.count)")]), .bytes(content)] }
        defer { server.stop() }
        try await withClient { client in
            var received = 0
            var isFirst = true
            try await client.streamBlob(
                registry: server.host,
                repository: "a",
                digest: digest([1]),
                size: Int64(content.count)
            ) { chunk in
                if isFirst {
                    isFirst = false
                    try await Task.sleep(for: .milliseconds(300))
                }
                received += chunk.count
                sent.withLock { $0 = max($0, chunk.count) }
            }
            #expect(received == content.count)
        }
        // What had gathered while the first chunk was held is one read, not the whole body.
        #expect(sent.withLock { $0 } < 4 << 20)
    }

    @Test("a slow taker does not look like a slow network")
    func slowTaker() async throws {
        let content = content
        let server = try FaultServer { _, _ in .reply(200, [], content) }
        defer { server.stop() }
        var options = quickOptions()
        options.idleTimeout = .milliseconds(100)
        try await withClient(options) { client in
            var first = true
            try await client.streamBlob(registry: server.host, repository: "a", digest: digest(content), size: 200_000)
            { _ in
                if first { try await Task.sleep(for: .milliseconds(400)) }
                first = false
            }
        }
        #expect(server.requests.count == 1)
    }

    @Test("what the taker throws ends the transfer and comes back")
    func takerFails() async throws {
        struct Full: Error {}
        let content = content
        let server = try FaultServer { _, _ in .reply(200, [], content) }
        defer { server.stop() }
        try await withClient { client in
            await #expect(throws: Full.self) {
                try await client.streamBlob(
                    registry: server.host,
                    repository: "a",
                    digest: digest(content),
                    size: 200_000
                ) { _ in
                    throw Full()
                }
            }
        }
        #expect(server.requests.count == 1)
    }

    @Test("F37: a small blob is checked against its digest and bound")
    func verified() async throws {
        let server = try FaultServer { _, _ in .reply(200, text: "abc") }
        defer { server.stop() }
        try await withClient { client in
            func get(_ bytes: [UInt8], _ limit: Int) async throws {
                _ = try await client.verifiedBlob(
                    registry: server.host,
                    repository: "a",
                    digest: digest(bytes),
                    size: 3,
                    maxBytes: limit
                )
            }
            try await get(Array("abc".utf8), 3)
            #expect(await code { try await get(Array("abd".utf8), 3) } == .digestMismatch)
            #expect(await code { try await get(Array("abc".utf8), 2) } == .tooLarge)
        }
    }
}
