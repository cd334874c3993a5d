import AnchoreAPI
import FleetRegistry
import Logging
import Postgres
import Registry
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("What accounts are told of registries")
    struct LookupTests {
        private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

        private func withLookup(_ body: (Store, FleetLookup) async throws -> Void) async throws {
            try await TestServices.withFleet { fleet in
                try await fleet.store.pool.run { session in
                    _ = try session.execute(
                        "INSERT INTO accounts (name, kind, state) VALUES ('team', 'user', 'enabled')"
                    )
                }
                var options = RegistryOptions()
                options.maxAttempts = 1
                let access = RegistryAccess(
                    store: fleet.store,
                    box: nil,
                    options: options,
                    environment: [:],
                    maxAge: .zero,
                    logger: Self.logger
                )
                let lookup = FleetLookup(access: access, box: nil, options: options, logger: Self.logger)
                let result: Result<Void, any Error>
                do { result = .success(try await body(fleet.store, lookup)) } catch { result = .failure(error) }
                await access.shutdown()
                try result.get()
            }
        }

        /// What an account is told of an image, and of the tags, in a registry where there is none.
        private func told(_ lookup: FleetLookup, _ host: String, _ account: String?) async throws -> [String] {
            var messages: [String] = []
            func note(_ body: () async throws -> Void) async throws {
                do { try await body() } catch let error as AnchoreError {
                    let message = error.message.replacing(host, with: "HOST")
                    messages.append("\(error.status) \(error.errorCodes) \(message)")
                }
            }
            try await note {
                _ = try await lookup.image(
                    registry: host,
                    repository: "team/app",
                    tag: "1",
                    digest: nil,
                    of: account
                )
            }
            try await note { _ = try await lookup.tags(registry: host, repository: "team/app", of: account) }
            return messages
        }

        @Test("of one that nobody has added an account is told the same, whatever is at its port")
        func unknown() async throws {
            let failing = try FaultServer { _, _ in .reply(500, text: "it broke") }
            defer { failing.stop() }
            let closed = "127.0.0.1:\(try TestCommand.freePort())"
            try await withLookup { store, lookup in
                let messages = try await told(lookup, closed, "team")
                #expect(messages.count == 2 && messages.allSatisfy { $0.contains("cannot reach registry HOST") })
                #expect(try await told(lookup, failing.host, "team") == messages)
                // Who sees the fleet reads what is wrong.
                let reasons = try await told(lookup, closed, nil)
                #expect(reasons.count == 2 && !reasons.contains { $0.contains("cannot reach registry HOST") })
                #expect(try await told(lookup, failing.host, nil) != reasons)
                // So does who has added it.
                let record = RegistryRecord(
                    account: "team",
                    registry: closed,
                    name: closed,
                    user: "",
                    type: "docker_v2",
                    isVerified: true
                )
                try await store.setRegistryLogin(record, sealed: nil, plainHTTP: nil)
                #expect(try await told(lookup, closed, "team") == reasons)
            }
        }
    }
}
