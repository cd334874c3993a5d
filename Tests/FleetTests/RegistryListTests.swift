import Foundation
import Testing

extension FleetTests {
    @Suite("The list of registries", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct RegistryListTests {
        @Test("is there for machines, with the limits and without a password")
        func json() async throws {
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                let servers = ["--postgres", fleet.postgres, "--redis", fleet.redis]
                func registry(_ arguments: [String], shell: String? = nil) async throws -> ProgramRun {
                    let run = try await ProgramRun(
                        ["registry"] + arguments + servers,
                        in: folder,
                        environment: ["TALLYMAN_SECRET_KEY": "0123456789abcdef"],
                        shell: shell
                    )
                    #expect(run.status == 0, "\(run.errors)")
                    return run
                }
                _ = try await registry(["add", "plain.example:5000", "--plain-http", "--max-concurrency", "3"])
                let login = ["--username", "ci", "--password-stdin", "--token-server", "auth.example"]
                _ = try await registry(["add", "sealed.example"] + login, shell: #"echo hidden | "$0" "$@""#)
                let list = try await registry(["list", "-o", "json"]).output
                #expect(!list.contains("hidden"))
                let entries = try #require(
                    try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [[String: Any]]
                )
                let names = entries.map { $0["registry"] as? String }
                try #require(names == ["plain.example:5000", "sealed.example"])
                #expect(entries[0]["plainHTTP"] as? Bool == true && entries[0]["maxConcurrency"] as? Int == 3)
                #expect(entries[1]["username"] as? String == "ci")
                #expect(entries[1]["tokenServers"] as? [String] == ["auth.example"])
            }
        }
    }
}
