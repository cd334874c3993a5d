import ArgumentParser
import Foundation
import Queue
import Store
import Telemetry
import Web

/// The command `tallyman serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "The web server: dashboard, newest report, health and metrics.",
        discussion: """
            Paths: / /report /metrics /metrics/process /health/live /health/ready

            /metrics shows the fleet (PostgreSQL, Redis, and what workers and coordinators put up in Redis every few seconds,
            each series with part and process) and this process; /metrics/process this process alone. /health/ready is 503
            where PostgreSQL, Redis or a leading coordinator is missing, or no database connection is to be had;
            ?only=postgresql,redis asks for these alone.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @Option(help: "Where to listen, HOST:PORT.") var listen = "127.0.0.1:8080"

    func run() async throws {
        let logger = ServiceLog.logger("serve")
        let counted = ProcessMetrics.bootstrap()
        let store = try await fleet.store(connections: 4)
        let redis = try fleet.redisURL()
        let board = ProcessBoard(url: redis)
        let server = WebServer(
            listen: listen,
            store: store,
            fleet: FleetFigures(
                store: store,
                dispatcher: Dispatcher(url: redis),
                board: board,
                now: { Date().timeIntervalSince1970 }
            ),
            own: { counted.families() + ProcessFigures.families() },
            ready: [
                HealthCheck("redis") { try await board.ping() },
                HealthCheck("coordinator") {
                    guard try await store.hasLeader() else { throw UnavailableError("no coordinator leads") }
                },
            ],
            logger: logger
        )
        guard let server else { throw UsageError("\(listen) is not an address: HOST:PORT") }
        try await UntilSignal.run { try await server.run() }
        await store.close()
    }
}
