import Foundation
import Redis
import TallymanTesting
import Testing

@Suite("Redis over TLS", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct TLSTests {
    /// A server whose certificate is for `redis.test` and 127.0.0.1, with a user of its own.
    private func withServer(
        asksForCertificate: Bool = false,
        _ body: (_ port: UInt16, _ authority: TestAuthority) async throws -> Void
    ) async throws {
        let folder = URL(filePath: "/tmp/tt-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("server", for: "DNS:redis.test,IP:127.0.0.1")
        try await authority.issue("client", for: "DNS:client.test")
        let port = try TestCommand.freePort()
        let server = try PrivateServer(arguments: [
            "--tls-port", "\(port)", "--tls-cert-file", authority.certificate("server"), "--tls-key-file",
            authority.key("server"), "--tls-ca-cert-file", authority.authority, "--tls-auth-clients",
            asksForCertificate ? "yes" : "no", "--user", "app", "on", ">s3cret", "~*", "&*", "+@all",
        ])
        try await server.start()
        try await body(port, authority)
        try await server.stop()
    }

    private func failure(_ url: String) async -> RedisError? {
        await #expect(throws: RedisError.self) { try await RedisConnection.connect(url: url) }
    }

    @Test("A server whose certificate leads to our authority is spoken to, and kept")
    func trusted() async throws {
        try await withServer { port, authority in
            let redis = try await RedisConnection.connect(
                url: "rediss://app:s3cret@127.0.0.1:\(port)/3?ca=\(authority.authority)"
            )
            let first = try await redis.command(["CLIENT", "ID"]).int
            let value = [UInt8](repeating: 7, count: 3_000_000)
            try await redis.command(["SET", "large", RedisArgument(value)])
            #expect(try await redis.command(["GET", "large"]).bytes == value)
            #expect(try await redis.pipeline((0..<3000).map { ["RPUSH", "l", RedisArgument($0)] }).last?.int == 3000)
            #expect(try await redis.command(["CLIENT", "ID"]).int == first)
            #expect(try await redis.command(["ACL", "WHOAMI"]).string == "app")
            let slow = await #expect(throws: RedisError.self) {
                try await redis.command(["BLPOP", "none", 0], timeout: .milliseconds(200))
            }
            #expect(slow?.code == .timeout)
            #expect(try await redis.command(["GET", "large"]).bytes?.count == 3_000_000)
        }
    }

    @Test("An authority that is not ours and a name that is not the server's are refused")
    func untrusted() async throws {
        try await withServer { port, authority in
            let unknown = await failure("rediss://127.0.0.1:\(port)")
            #expect(unknown?.message.contains("certificate is refused") == true)
            let ca = authority.authority
            let misnamed = await failure("rediss://127.0.0.1:\(port)?ca=\(ca)&name=other.test")
            #expect(misnamed?.message.contains("mismatch") == true)
            let named = try await RedisConnection.connect(url: "rediss://127.0.0.1:\(port)?ca=\(ca)&name=redis.test")
            #expect(try await named.command(["PING"]).string == "PONG")
            let missing = await failure("rediss://127.0.0.1:\(port)?ca=/no/such/file")
            #expect(missing?.message.contains("/no/such/file") == true)
            let wrong = await failure("rediss://app:wrong@127.0.0.1:\(port)?ca=\(ca)")
            #expect(wrong?.code == .authentication || wrong?.message.contains("WRONGPASS") == true)
        }
    }

    @Test("A server that asks for a certificate gets ours")
    func mutual() async throws {
        try await withServer(asksForCertificate: true) { port, authority in
            let base = "rediss://127.0.0.1:\(port)?ca=\(authority.authority)"
            // In TLS 1.3 the server says so in answer to what is sent first, and may end the connection before that is read.
            let without = await failure(base)
            #expect(without?.code == .connectionFailed || without?.code == .connectionLost)
            let redis = try await RedisConnection.connect(
                url: "\(base)&cert=\(authority.certificate("client"))&key=\(authority.key("client"))"
            )
            #expect(try await redis.command(["PING"]).string == "PONG")
            let swapped = "\(base)&cert=\(authority.certificate("client"))&key=\(authority.key("server"))"
            #expect(await failure(swapped)?.message.contains("key") == true)
        }
    }

    @Test("Files that an address names are looked at before a server is")
    func files() async throws {
        let folder = URL(filePath: "/tmp/tt-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("client", for: "DNS:client.test")
        try await authority.issue("other", for: "DNS:other.test")
        func check(_ options: String) throws { try RedisConfiguration(url: "rediss://host\(options)").tls?.check() }
        let ours = "?ca=\(authority.authority)&cert=\(authority.certificate("client"))"
        try check("")
        try check("\(ours)&key=\(authority.key("client"))")
        for (options, file) in [
            ("?ca=/no/such/ca", "/no/such/ca"), ("?ca=\(authority.key("client"))", authority.key("client")),
            ("?cert=/no/such/cert", "/no/such/cert"), ("\(ours)&key=/no/such/key", "/no/such/key"),
            ("\(ours)&key=\(authority.key("other"))", authority.key("other")),
        ] {
            let error = #expect(throws: RedisError.self) { try check(options) }
            #expect(error?.message.contains(file) == true, "\(options)")
        }
    }

    @Test("A server that speaks no TLS, or nothing, is a failure to connect and no wait without end")
    func noTLS() async throws {
        let mute = try FaultServer(greeting: Array("hello, this is no TLS\r\n".utf8)) { _, _ in [] }
        defer { mute.stop() }
        #expect(await failure("rediss://\(mute.host)")?.code == .connectionFailed)
        let silent = try FaultServer { _, _ in [] }
        defer { silent.stop() }
        var configuration = try RedisConfiguration(url: "rediss://\(silent.host)")
        configuration.connectTimeout = .milliseconds(300)
        let impatient = configuration
        let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(impatient) }
        #expect(error?.code == .connectionFailed && error?.isTransient == true)
    }
}
