import AnchoreAPI
import ArgumentParser
import FleetRegistry
import Foundation
import Reports
import ScanModel
import Store

/// The command `tallyman registry`.
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Registries that need credentials, speak plain HTTP or have limits.",
        discussion: """
            Others need no entry: anonymous access works as it is, and so do the
            credentials in ~/.docker/config.json.

              printf %s "$PASSWORD" | tallyman registry add registry.example \\
                  --username ci --password-stdin

            Credentials may be those of one repository, or of all whose names begin alike;
            the most specific are used:

              printf %s "$PASSWORD" | tallyman registry add 'registry.example/team/*' \\
                  --username team --password-stdin

            The limits are those of the whole fleet: all workers and coordinators share
            them. A registry that answers 429 is left alone by all of them for as long as
            it asks, and asked more slowly after that.
            """,
        subcommands: [Add.self, List.self, Remove.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a registry, or replaces its settings.")
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "HOST[:PORT], HOST[:PORT]/REPOSITORY or HOST[:PORT]/PREFIX*") var host: String
        @Option(help: "The user to log in as.") var username: String?
        @Flag(help: "Read the password from standard input.") var passwordStdin = false
        @Flag(help: "Speak plain HTTP, not HTTPS.") var plainHttp = false
        @Option(help: "Requests under way at a time (without it 64, and 16 for docker.io).") var maxConcurrency: Int?
        @Option(help: "Requests begun in a second (without it 20 for docker.io, and as many as it takes for others).")
        var requestsPerSecond: Double?
        @Option(
            help: "HOST of a token server outside of the registry's domain that may get the credentials; repeatable."
        )
        var tokenServer: [String] = []

        func validate() throws {
            if let maxConcurrency, !(1...RegistryLimits.maxConcurrencyBound).contains(maxConcurrency) {
                throw ValidationError("--max-concurrency must be from 1 to \(RegistryLimits.maxConcurrencyBound)")
            }
            if let rate = requestsPerSecond, !(0.001...RegistryLimits.maxRequestsPerSecond).contains(rate) {
                throw ValidationError("--requests-per-second must be from 0.001 to 100000")
            }
        }

        func run() async throws {
            let place = host.split(separator: "/", maxSplits: 1).first.map(String.init) ?? host
            guard let target = RegistryTarget(place), target.repository == nil, RegistryRecord.isPlace(host) else {
                throw UsageError("\(host) is not a registry: HOST[:PORT] is expected, or HOST[:PORT]/REPOSITORY")
            }
            guard (username != nil) == passwordStdin else {
                throw UsageError("--username and --password-stdin go together")
            }
            var sealed: [UInt8]?
            if passwordStdin {
                let password = readLine(strippingNewline: true) ?? ""
                guard !password.isEmpty else { throw UsageError("no password came on standard input") }
                guard let box = try fleet.secretBox() else {
                    throw UsageError("passwords are stored sealed: set TALLYMAN_SECRET_KEY, the same for every part")
                }
                sealed = try box.seal(password)
            }
            if host.contains("/") { return try await addRepositories(of: target.registry, sealed) }
            let store = try await fleet.store(connections: 1)
            var registry = KnownRegistry(
                host: target.registry,
                isPlainHTTP: plainHttp,
                username: username,
                sealedSecret: sealed,
                isConfigured: true
            )
            registry.maxConcurrency = maxConcurrency
            registry.requestsPerSecond = requestsPerSecond
            registry.tokenHosts = tokenServer.map { $0.lowercased() }.sorted()
            try await store.setRegistry(registry)
            await store.close()
            ConsoleOutput.line("added \(target.registry)")
        }

        /// Keeps credentials for repositories where those of the API are: they are the account admin's.
        private func addRepositories(of registry: String, _ sealed: [UInt8]?) async throws {
            guard let username, let sealed, !plainHttp, maxConcurrency == nil, requestsPerSecond == nil,
                tokenServer.isEmpty
            else {
                throw UsageError(
                    "for repositories --username and --password-stdin are given; the rest is the registry's"
                )
            }
            let name = registry + host.drop { $0 != "/" }
            let record = RegistryRecord(
                account: AccountRecord.first,
                registry: name,
                name: name,
                user: username,
                type: "docker_v2",
                isVerified: true
            )
            let store = try await fleet.store(connections: 1)
            try await store.setRegistryLogin(record, sealed: sealed, plainHTTP: nil)
            await store.close()
            ConsoleOutput.line("added \(name)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the registries known; never a password.")

        /// What is known of one, for machines.
        private struct Entry: Encodable {
            let registry: String
            let username: String?
            var plainHTTP = false
            var maxConcurrency: Int?
            var requestsPerSecond: Double?
            var tokenServers: [String] = []
            var added = true
        }

        @OptionGroup var fleet: FleetOptions
        @Option(name: .shortAndLong, help: "table or json.") var output = FleetCommand.Format.table

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let known = try await store.registries()
            let logins = try await store.sealedLogins()
            await store.close()
            guard output == .table else {
                let registries = known.map { registry in
                    Entry(
                        registry: registry.host,
                        username: registry.username,
                        plainHTTP: registry.isPlainHTTP,
                        maxConcurrency: registry.maxConcurrency,
                        requestsPerSecond: registry.requestsPerSecond,
                        tokenServers: registry.tokenHosts,
                        added: registry.isConfigured
                    )
                }
                let places = logins.map { Entry(registry: $0.pattern, username: $0.username) }
                return ConsoleOutput.bytes(try ReportJSON.encode(registries + places))
            }
            var table = TextTable([
                .init("REGISTRY"), .init("SCHEME"), .init("USER"), .init("AT A TIME"), .init("A SECOND"),
                .init("SETTINGS"),
            ])
            for registry in known {
                table.append([
                    "\(registry.host)", registry.isPlainHTTP ? "http" : "https", "\(registry.username ?? "")",
                    "\(registry.maxConcurrency.map { "\($0)" } ?? "")",
                    "\(registry.requestsPerSecond.map { "\($0)" } ?? "")",
                    registry.isConfigured ? "added" : "",
                ])
            }
            for login in logins { table.append(["\(login.pattern)", "", "\(login.username)", "", "", "added"]) }
            ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets a registry's settings and password.")
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "What was added.") var host: String

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let wasThere =
                if host.contains("/") {
                    try await store.removeRegistryLogin(host, of: AccountRecord.first)
                } else {
                    try await store.removeRegistry(host)
                }
            await store.close()
            guard wasThere else { throw InputError("\(host) was not added") }
            ConsoleOutput.line("removed \(host); what was scanned of it stays")
        }
    }
}
