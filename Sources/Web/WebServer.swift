import Hummingbird
package import Logging
package import Store

/// The HTTP server: the dashboard, the newest report, health and metrics.
package struct WebServer: Sendable {
    private let host: String
    private let port: Int
    private let pages: FleetPages
    private let logger: Logger

    /// Listens on `HOST:PORT`; `nil` for an address of another form.
    ///
    /// `redis` throws where the queue does not answer.
    package init?(
        listen: String,
        store: Store,
        redis: @escaping @Sendable () async throws -> Void,
        logger: Logger
    ) {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        let name = listen[..<colon].trimmingPrefix("[")
        host = String(name.hasSuffix("]") ? name.dropLast() : name)
        self.port = port
        pages = FleetPages(store: store, redis: redis)
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    package func run() async throws {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.middlewares.add(ResponseGuard(logger: logger))
        pages.addRoutes(to: router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "tallyman"),
            logger: logger
        )
        try await application.run()
    }
}
