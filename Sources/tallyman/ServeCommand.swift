import ArgumentParser
import Redis
import Store
import Web

/// The command `tallyman serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "The web server: dashboard, newest report, health and metrics.",
        discussion: "Paths: / /report /metrics /health/live /health/ready"
    )

    @OptionGroup var fleet: FleetOptions
    @Option(help: "Where to listen, HOST:PORT.") var listen = "127.0.0.1:8080"

    func run() async throws {
        let logger = ServiceLog.logger("serve")
        let store = try await fleet.store(connections: 4)
        let redis = try fleet.redisURL()
        let server = WebServer(
            listen: listen,
            store: store,
            redis: {
                let connection = try await RedisConnection.connect(url: redis)
                _ = try await connection.command(["PING"])
                await connection.close()
            },
            logger: logger
        )
        guard let server else { throw UsageError("\(listen) is not an address: HOST:PORT") }
        try await UntilSignal.run { try await server.run() }
        await store.close()
    }
}
