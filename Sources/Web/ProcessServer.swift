import Hummingbird
package import Logging
package import Telemetry

/// The small HTTP server of a process that has no other: `/metrics`, `/health/live` and `/health/ready`.
package struct ProcessServer: Sendable {
    private let address: ListenAddress
    private let figures: @Sendable () async -> [MetricFamily]
    private let live: [HealthCheck]
    private let ready: [HealthCheck]
    private let logger: Logger

    /// Listens on `HOST:PORT`; `nil` for an address of another form.
    package init?(
        listen: String,
        figures: @escaping @Sendable () async -> [MetricFamily],
        live: [HealthCheck],
        ready: [HealthCheck],
        logger: Logger
    ) {
        guard let address = ListenAddress(listen) else { return nil }
        self.address = address
        self.figures = figures
        self.live = live
        self.ready = ready
        self.logger = logger
    }

    /// Serves until the task is cancelled; throws a `ListenError` where it cannot listen.
    package func run() async throws {
        try address.check(option: "--metrics")
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.get("/metrics") { [figures] _, _ in MetricsPage.response(await figures()) }
        router.get("/health/live") { [live] _, _ in await HealthCheck.answer(live) }
        router.get("/health/ready") { [live, ready] _, _ in await HealthCheck.answer(live + ready) }
        try await Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: "tallyman"
            ),
            logger: StoppingLog.logger(logger)
        ).run()
    }
}

/// Families as a page.
enum MetricsPage {
    static func response(_ families: [MetricFamily]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: Exposition.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: Exposition.text(families)))
        )
    }
}
