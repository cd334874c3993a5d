import Foundation
import Testing

/// What the parts of a fleet say of addresses at which there can be no server.
@Suite("An address that can never work", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct AddressTests {
    private static let postgres = "postgres://u@127.0.0.1:1/db"

    @Test(
        "ends each part at once, with the option that it came by and no password",
        arguments: ["worker", "coordinator", "serve"]
    )
    func parts(_ part: String) async throws {
        let folder = try TestFolder()
        for (postgres, redis, option) in [
            (Self.postgres, "mysql://u:hidden@127.0.0.1/db", "--redis (TALLYMAN_REDIS)"),
            (Self.postgres, "redis://:hidden@127.0.0.1:99999", "--redis (TALLYMAN_REDIS)"),
            ("mysql://u:hidden@127.0.0.1/db", "redis://127.0.0.1:1", "--postgres (TALLYMAN_POSTGRES)"),
            ("postgres://u:hidden@127.0.0.1:99999/db", "redis://127.0.0.1:1", "--postgres (TALLYMAN_POSTGRES)"),
            (" ", "redis://127.0.0.1:1", "--postgres (TALLYMAN_POSTGRES)"),
            (Self.postgres, "rediss://:hidden@127.0.0.1:1?ca=/no/such/ca.pem", "in /no/such/ca.pem cannot be read"),
            (Self.postgres, "rediss://:hidden@127.0.0.1:1?cert=/no/such/cert", "in /no/such/cert cannot be read"),
        ] {
            let flags = try await ProgramRun([part, "--postgres", postgres, "--redis", redis], in: folder)
            #expect(flags.status == 64 && flags.errors.contains(option), "\(postgres) \(redis): \(flags.errors)")
            let variables = try await ProgramRun(
                [part],
                in: folder,
                environment: ["TALLYMAN_POSTGRES": postgres, "TALLYMAN_REDIS": redis]
            )
            #expect(variables.status == 64 && variables.errors.contains(option), "\(postgres) \(redis)")
            #expect(!flags.errors.contains("hidden") && !variables.errors.contains("hidden"))
        }
    }

    @Test("is no fault where a server may be there one day")
    func unreachable() async throws {
        let worker = try await ProgramRun(
            ["worker", "--postgres", Self.postgres, "--redis", "redis://127.0.0.1:1"],
            in: try TestFolder()
        )
        #expect(worker.status == 69, "\(worker.errors)")
    }

    @Test("to listen at is told of before anything is started")
    func listen() async throws {
        let folder = try TestFolder()
        let run = try await ProgramRun(
            ["up", "--listen", "localhost", "--data-dir", folder.url.appending(path: "data").path],
            in: folder
        )
        #expect(run.status == 64 && run.errors.contains("localhost is not an address: HOST:PORT"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "data").path))
    }
}
