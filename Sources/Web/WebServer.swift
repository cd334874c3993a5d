import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
package import Store
package import Telemetry

/// The HTTP server: the dashboard, the newest report, the APIs, health and metrics.
package struct WebServer: Sendable {
    private let address: ListenAddress
    private let pages: FleetPages
    private let api: AnchoreService?
    private let guardsPages: Bool
    private let heavy: HeavyRequests
    private let certificate: ServerCertificate?
    private let logger: Logger

    /// Listens on `HOST:PORT`; `nil` for an address of another form.
    ///
    /// `/metrics` shows `fleet` and what this process counts itself, `own`; `/health/ready` asks `ready` beside the
    /// database and its schema. Without `api` there is none; with `guardsPages` the pages and `/metrics` ask for the API's
    /// credentials too; with a `certificate` it speaks HTTPS alone. `heavyRequests` over the whole fleet go at a time, and as
    /// many reports; where pages are guarded those are among them.
    package init?(
        listen: String,
        store: Store,
        fleet: FleetFigures,
        own: @escaping @Sendable () -> [MetricFamily],
        ready: [HealthCheck],
        api: AnchoreService? = nil,
        guardsPages: Bool = false,
        certificate: ServerCertificate? = nil,
        heavyRequests: Int = 2,
        logger: Logger
    ) {
        guard let address = ListenAddress(listen) else { return nil }
        self.address = address
        let heavy = HeavyRequests(limit: heavyRequests)
        self.heavy = heavy
        // Who needs no login to ask for the report must not take the places of those who have one.
        let reports = guardsPages ? heavy : HeavyRequests(limit: heavyRequests)
        pages = FleetPages(store: store, fleet: fleet, own: own, ready: ready, heavy: reports)
        self.api = api
        self.guardsPages = guardsPages
        self.certificate = certificate
        self.logger = logger
    }

    /// Serves until the task is cancelled; throws a `ListenError` where it cannot listen.
    package func run() async throws {
        try address.check(option: "--listen")
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.middlewares.add(ResponseGuard(logger: logger))
        if let api {
            // Before the guard of pages, which counts for routes that are added after it.
            AnchoreRoutes(service: api).addRoutes(to: router)
            FleetRoutes(service: api, heavy: heavy).addRoutes(to: router)
            if let gatekeeping = api.settings.gatekeeping {
                GatekeepingRoutes(service: api, settings: gatekeeping).addRoutes(to: router)
            }
            if guardsPages { router.middlewares.add(PageGuard(gate: AccessGate(service: api))) }
        }
        pages.addRoutes(to: router)
        let http = HTTPServerBuilder.http1(configuration: ConnectionLimits.configuration)
        let application = Application(
            router: router,
            server: try certificate.map { try .tls(http, tlsConfiguration: $0.configuration) } ?? http,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: "tallyman",
                backlog: ConnectionLimits.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(ConnectionLimits.connections, logger: logger)
            ),
            logger: StoppingLog.logger(logger)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            if let certificate { group.addTask { try await certificate.watch() } }
            try await group.next()
            group.cancelAll()
        }
    }
}
