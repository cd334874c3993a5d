import Foundation
import Store
import Testing

extension FleetTests {
    @Suite("What commands print for machines", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct MachineOutputTests {
        private static func object(_ run: ProgramRun) throws -> [String: Any] {
            #expect(run.status == 0, "\(run.errors)")
            return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        }

        @Test("a token comes once, and what is known of tokens never holds one")
        func tokens() async throws {
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                let servers = ["--postgres", fleet.postgres]
                _ = try await fleet.store.createFirstAdmin(passwordHash: "none")
                let command = ["account", "token", "create", "--name", "ci", "--role", "scanner", "-o", "json"]
                let made = try Self.object(try await ProgramRun(command + servers, in: folder))
                let token = try #require(made["token"] as? String)
                #expect(token.hasPrefix("tm_"))
                let list = try await ProgramRun(["account", "token", "list", "-o", "json"] + servers, in: folder)
                let tokens = try #require(try Self.object(list)["tokens"] as? [[String: Any]])
                #expect(!list.output.contains(token))
                #expect(tokens.map { $0["number"] as? Int } == [made["number"] as? Int])
                #expect(tokens.first?["role"] as? String == "scanner" && tokens.first?["hasEnded"] as? Bool == false)
            }
        }

        @Test("a run that nobody waits for has its number")
        func run() async throws {
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                let command = ["fleet", "scan", "registry.example", "-o", "json", "--postgres", fleet.postgres]
                let run = try Self.object(try await ProgramRun(command, in: folder))
                #expect(run["run"] as? Int == 1)
            }
        }

        @Test("feeds, controls and what an import brought are objects")
        func withoutServers() async throws {
            let folder = try TestFolder()
            let feeds = try await ProgramRun(["advisories", "sync", "--list", "-o", "json"], in: folder)
            let names = (try Self.object(feeds)["feeds"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
            #expect(names?.contains("debian") == true)
            let profile = ["policy", "profile", "cis-docker", "--controls", "-o", "json"]
            let controls = try Self.object(try await ProgramRun(profile, in: folder))["controls"] as? [[String: Any]]
            #expect(controls?.isEmpty == false && controls?.allSatisfy { $0["id"] is String } == true)
            _ = try folder.write(
                #"{"id":"PYSEC-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","#
                    + #""name":"a"},"versions":["1"]}]}"#,
                to: "osv/PYSEC-1.json"
            )
            let brought = try await ProgramRun(["advisories", "import", "osv", "-o", "json"], in: folder)
            let providers = try Self.object(brought)["providers"] as? [[String: Any]]
            #expect(providers?.first?["records"] as? Int == 1, "\(brought.output)\(brought.errors)")
        }
    }
}
