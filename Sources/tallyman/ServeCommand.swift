import ArgumentParser
import FleetRegistry
import Foundation
import Queue
import Store
import Telemetry
import Web

/// The command `tallyman serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "The web server: dashboard, newest report, health, metrics, and the APIs.",
        discussion: """
            Paths: / /report /metrics /metrics/process /health/live /health/ready; /v1, which anchore-cli talks to; and /v2, the
            API for fleets, which describes itself there and in /v2/openapi.json.

            /metrics shows the fleet (PostgreSQL, Redis, and what workers and coordinators put up in Redis every few seconds,
            each series with part and process) and this process; /metrics/process this process alone. /health/ready is 503
            where PostgreSQL, Redis or a leading coordinator is missing, or no database connection is to be had;
            ?only=postgresql,redis asks for these alone.

            The API's first user is admin. Its password is that of TALLYMAN_ADMIN_PASSWORD, or in the file that
            TALLYMAN_ADMIN_PASSWORD_FILE names; without either, one is made up and written to admin.password in the
            data folder, once. Pages and metrics are open to whoever can reach them, unless --guard-pages is given.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @Option(help: "Where to listen, HOST:PORT.") var listen = "127.0.0.1:8080"
    @Flag(help: "Ask for the API's credentials before pages and metrics are shown.") var guardPages = false

    func run() async throws {
        let logger = ServiceLog.logger("serve")
        let counted = ProcessMetrics.bootstrap()
        let store = try await fleet.store(connections: 8)
        let redis = try fleet.redisURL()
        let board = ProcessBoard(url: redis)
        let parts = try APIParts(fleet: fleet, store: store, redis: redis, logger: logger)
        let api = try parts.service(queue: { try await board.ping() })
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
            api: api,
            guardsPages: try guardPages || Settings()["guard-pages"] == "true",
            logger: logger
        )
        guard let server else { throw UsageError("\(listen) is not an address: HOST:PORT") }
        try await FirstAdmin(
            store: store,
            passwords: parts.passwords,
            folder: try fleet.folder(),
            logger: logger
        ).create()
        try await api.prepare()
        try await UntilSignal.run { try await server.run() }
        await parts.access.shutdown()
        await store.close()
    }
}
