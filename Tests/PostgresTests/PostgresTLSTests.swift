import Foundation
import Glibc
import Postgres
import TallymanTesting
import Testing

/// A PostgreSQL of its own that takes connections over TLS alone.
private final class SecureServer {
    let authority: TestAuthority
    let port: UInt16
    private let folder: URL
    private var process: Process?

    /// What runs a program as somebody else where we are root, whom PostgreSQL refuses.
    private static let owner =
        getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []

    init(folder: URL, authority: TestAuthority, port: UInt16) {
        self.folder = folder
        self.authority = authority
        self.port = port
    }

    deinit {
        if let process { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)  // A leftover folder harms no test.
    }

    static func start() async throws -> SecureServer {
        let programs = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
            .filter { FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/\($0)/bin/postgres") }
            .sorted { ($0.count, $0) < ($1.count, $1) }
        let bin = "/usr/lib/postgresql/\(try #require(programs.last))/bin"
        let folder = URL(filePath: "/tmp/tp-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("server", for: "DNS:db.test,IP:127.0.0.1")
        try await authority.issue("tallyman", for: "DNS:client.test")
        let server = SecureServer(folder: folder, authority: authority, port: try TestCommand.freePort())
        if getuid() == 0 { try await TestCommand.run(["chown", "-R", "postgres", folder.path]) }
        let data = folder.appending(path: "data").path
        try await TestCommand.run(
            owner + ["\(bin)/initdb", "--pgdata", data, "--username=tallyman", "--auth=trust", "--no-sync"],
            in: folder
        )
        let rules = "hostssl all tallyman 127.0.0.1/32 trust\nhostssl all certified 127.0.0.1/32 cert map=m\n"
        try Data(rules.utf8).write(to: URL(filePath: "\(data)/pg_hba.conf"))
        try Data("m tallyman certified\n".utf8).write(to: URL(filePath: "\(data)/pg_ident.conf"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            owner + [
                "\(bin)/postgres", "-D", data, "-p", "\(server.port)", "-k", folder.path, "-c", "ssl=on", "-c",
                "ssl_cert_file=\(authority.certificate("server"))", "-c", "ssl_key_file=\(authority.key("server"))",
                "-c",
                "ssl_ca_file=\(authority.authority)", "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1",
            ]
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        server.process = process
        for _ in 0..<200 {
            if (try? await server.connect("sslmode=require")) != nil { break }  // not there yet
            try await Task.sleep(for: .milliseconds(50))
        }
        return server
    }

    func connect(_ options: String, host: String = "127.0.0.1", user: String = "tallyman") async throws
        -> PostgresConnection
    {
        try await PostgresConnection.connect(
            PostgresConfiguration(
                url: "postgres://\(user)@\(host):\(port)/postgres?\(options)",
                connectTimeout: .seconds(5)
            )
        )
    }
}

@Suite("PostgreSQL over TLS", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresTLSTests {
    @Test("verify-full holds where authority and name are right, and nowhere else")
    func verifyFull() async throws {
        let server = try await SecureServer.start()
        let ca = "sslmode=verify-full&sslrootcert=\(server.authority.authority)"
        let connection = try await server.connect(ca)
        #expect(try await connection.scalar("SELECT ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == 1)
        // Large values, a cancelled statement and a COPY go over it as well.
        let bytes = try await connection.run {
            try $0.execute("SELECT repeat('x', 3000000)").first?.string(0).utf8.count
        }
        #expect(bytes == 3_000_000)
        let sleep = Task { try await connection.run { try $0.execute("SELECT pg_sleep(30)").count } }
        try await Task.sleep(for: .milliseconds(200))
        sleep.cancel()
        await #expect(throws: (any Error).self) { try await sleep.value }
        try await connection.run { session in
            _ = try session.execute("CREATE TABLE copied (n bigint)")
            try session.copyIn("COPY copied FROM STDIN", rows: (0..<5000).map { [.int($0)] })
        }
        #expect(try await connection.scalar("SELECT count(*) FROM copied") == 5000)
        // The name of the certificate counts, not only its authority.
        await #expect(throws: PostgresError.self) { try await server.connect(ca, host: "localhost") }
        let other = server.authority.folder.appending(path: "other")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        let stranger = try await TestAuthority(in: other)
        let refused = await #expect(throws: PostgresError.self) {
            try await server.connect("sslmode=verify-full&sslrootcert=\(stranger.authority)")
        }
        #expect(refused?.message.contains("certificate verify failed") == true)
        let plain = await #expect(throws: PostgresError.self) { try await server.connect("sslmode=disable") }
        #expect(plain?.message.contains("no encryption") == true)
    }

    @Test("A certificate of ours stands in for a password")
    func clientCertificate() async throws {
        let server = try await SecureServer.start()
        let authority = server.authority
        // libpq refuses a key that others may read.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: authority.key("tallyman"))
        try FileManager.default.setAttributes(
            [.ownerAccountID: Int(getuid())],
            ofItemAtPath: authority.key("tallyman")
        )
        let ca = "sslmode=verify-full&sslrootcert=\(authority.authority)"
        let login = "\(ca)&sslcert=\(authority.certificate("tallyman"))&sslkey=\(authority.key("tallyman"))"
        let admin = try await server.connect(ca)
        try await admin.run { _ = try $0.execute("CREATE ROLE certified LOGIN") }
        let connection = try await server.connect(login, user: "certified")
        #expect(try await connection.scalar("SELECT (current_user = 'certified')::int") == 1)
        await #expect(throws: PostgresError.self) { try await server.connect(ca, user: "certified") }
    }
}
