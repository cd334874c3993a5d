import Hummingbird
package import Logging
package import Store
package import Telemetry

/// The HTTP server: the dashboard, the newest report, health and metrics.
package struct WebServer: Sendable {
    private let address: ListenAddress
    private let pages: FleetPages
    private let logger: Logger

    /// Listens on `HOST:PORT`; `nil` for an address of another form.
    ///
    /// `/metrics` shows `fleet` and what this process counts itself, `own`; `/health/ready` asks `ready` beside the
    /// database and its schema.
    package init?(
        listen: String,
        store: Store,
        fleet: FleetFigures,
        own: @escaping @Sendable () -> [MetricFamily],
        ready: [HealthCheck],
        logger: Logger
    ) {
        guard let address = ListenAddress(listen) else { return nil }
        self.address = address
        pages = FleetPages(store: store, fleet: fleet, own: own, ready: ready)
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    package func run() async throws {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.middlewares.add(ResponseGuard(logger: logger))
        pages.addRoutes(to: router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: "tallyman"
            ),
            logger: logger
        )
        try await application.run()
    }
}
