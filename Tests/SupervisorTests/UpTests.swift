import Foundation
import Synchronization
import Testing

@testable import Supervisor

/// A real PostgreSQL and Redis, with a shell script for every part.
@Suite(.serialized) struct UpTests {
    @Test("it comes up, says where it is, replaces what is killed, and leaves nothing behind")
    func wholeLife() async throws {
        let folder = try TemporaryFolder()
        let data = "\(folder.path)/data"
        let script = try partScript(in: folder)
        let migrated = Mutex<[String]>([])
        let up = Task {
            try await Up(options(data, script), logger: TestLog.silent).run(
                migrate: { url in migrated.withLock { $0.append(url) } },
                onReady: { _ in }
            )
        }
        let endpoints = try await ready(data, up)
        #expect(migrated.withLock { $0 } == [endpoints.postgres])
        #expect(try await answer("SELECT current_database() || ' ' || current_user", endpoints) == "tallyman tallyman")
        #expect(try await answer("SHOW listen_addresses", endpoints) == "")

        // The parts got the addresses, one line each.
        try await eventually { try lines(of: "\(folder.path)/parts").count >= 4 }
        let parts = try lines(of: "\(folder.path)/parts")
        #expect(parts.contains("serve --listen 127.0.0.1:0 \(endpoints.postgres) \(endpoints.redis) \(data)"))
        #expect(parts.filter { $0.hasPrefix("worker ") }.count == 2)

        // A second one on the same folder is refused, and does the first no harm.
        let refusal = await #expect(throws: SupervisorError.self) {
            try await Up(options(data, script), logger: TestLog.silent).run(migrate: { _ in }, onReady: { _ in })
        }
        #expect(refusal?.code == .locked)
        #expect(try DataDirectory.endpoints(dir: data) == endpoints)

        // Killed servers come back with what they had.
        _ = try await answer("CREATE TABLE kept AS SELECT 42 AS n", endpoints)
        let old = try #require(PostmasterFile.read("\(data)/postgres")).pid
        kill(old, SIGKILL)
        try await eventually {
            guard let file = PostmasterFile.read("\(data)/postgres") else { return false }
            return file.isReady && file.pid != old
        }
        #expect(try await answer("SELECT n FROM kept", endpoints) == "42")

        let server = try #require(PostmasterFile.read("\(data)/postgres")).pid
        up.cancel()
        try await up.value
        #expect(kill(server, 0) == -1)
        #expect(!FileManager.default.fileExists(atPath: "\(data)/endpoints.json"))
        #expect(!FileManager.default.fileExists(atPath: "\(data)/run/redis.sock"))
    }

    @Test("a migration that fails stops the servers and is reported as it is")
    func failedMigration() async throws {
        let folder = try TemporaryFolder()
        let data = "\(folder.path)/data"
        let script = try partScript(in: folder)
        await #expect(throws: NotReached.self) {
            try await Up(options(data, script), logger: TestLog.silent).run(
                migrate: { _ in throw NotReached() },
                onReady: { _ in }
            )
        }
        #expect(PostmasterFile.read("\(data)/postgres") == nil)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/parts"))
    }

    @Test("a postmaster.pid whose number belongs to another program now does not keep the server down")
    func staleProcessNumber() async throws {
        let folder = try TemporaryFolder()
        let data = "\(folder.path)/data"
        let script = try partScript(in: folder)
        await #expect(throws: NotReached.self) {
            try await Up(options(data, script), logger: TestLog.silent).run(
                migrate: { _ in throw NotReached() },
                onReady: { _ in }
            )
        }
        // The test's own process is alive, and no PostgreSQL.
        let stale = "\(getpid())\n\(data)/postgres\n1700000000\n5432\n\(data)/run\n\n 1 2\nready   \n"
        try Data(stale.utf8).write(to: URL(fileURLWithPath: "\(data)/postgres/postmaster.pid"))
        let up = Task {
            try await Up(options(data, script), logger: TestLog.silent).run(migrate: { _ in }, onReady: { _ in })
        }
        let endpoints = try await ready(data, up)
        #expect(try await answer("SELECT 1", endpoints) == "1")
        up.cancel()
        try await up.value
    }

    private func options(_ data: String, _ script: String) -> UpOptions {
        UpOptions(dataDirectory: data, workers: 2, listen: "127.0.0.1:0", executable: script)
    }

    /// A part that writes down how it was started and then waits.
    private func partScript(in folder: TemporaryFolder) throws -> String {
        try folder.write(
            """
            #!/bin/sh
            echo "$* $TALLYMAN_POSTGRES $TALLYMAN_REDIS $TALLYMAN_DATA_DIR" >> \(folder.path)/parts
            exec sleep 600
            """,
            to: "part"
        )
        chmod("\(folder.path)/part", 0o755)
        return "\(folder.path)/part"
    }

    /// The endpoints once they are published; an `up` that ended before has its error thrown.
    private func ready(_ data: String, _ up: Task<Void, any Error>) async throws -> Endpoints {
        do {
            try await eventually { (try? DataDirectory.endpoints(dir: data)) != nil }  // not there until it is ready
        } catch {
            up.cancel()
            try await up.value
            throw error
        }
        return try DataDirectory.endpoints(dir: data)
    }

    private func lines(of path: String) throws -> [String] {
        guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// What `psql` prints for a query.
    private func answer(_ query: String, _ endpoints: Endpoints) async throws -> String {
        let psql = try #require(Programs.find("psql"))
        let output = "/tmp/tm-\(UUID().uuidString.prefix(8)).out"
        defer { unlink(output) }
        let command = ChildCommand(
            program: psql,
            arguments: ["-XAtq", "-d", endpoints.postgres, "-c", query],
            environment: ServiceEnvironment.minimal,
            output: .file(output)
        )
        let status = try await ChildProcess.spawn(command).exit()
        let text = try lines(of: output).joined(separator: "\n")
        #expect(status.isSuccess, "\(text)")
        return text
    }
}
