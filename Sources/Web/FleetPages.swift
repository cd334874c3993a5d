import HTTPTypes
import Hummingbird
import Reports
import Store
import Telemetry

/// The routes and what they answer.
struct FleetPages: Sendable {
    private static let runsShown = 10

    let store: Store
    let fleet: FleetFigures
    let own: @Sendable () -> [MetricFamily]
    let ready: [HealthCheck]
    let heavy: HeavyRequests

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/") { request, _ in try await dashboard(request) }
        router.get("/report") { _, _ in try await report() }
        router.get("/health/live") { _, _ in Self.answer("application/json", Array(#"{"status":"live"}"#.utf8)) }
        router.get("/health/ready") { request, _ in
            await HealthCheck.answer([schema] + ready, only: request.uri.queryParameters["only"].map(String.init))
        }
        router.get("/metrics") { _, _ in MetricsPage.response(await fleet.families() + own()) }
        router.get("/metrics/process") { _, _ in MetricsPage.response(own()) }
    }

    private func dashboard(_ request: Request) async throws -> Response {
        let page = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
        let search = String((request.uri.queryParameters["q"].map(String.init) ?? "").prefix(200))
        let model = try await store.dashboard(page: max(1, min(page, 1_000_000)), search: search, runs: Self.runsShown)
        return Self.answer("text/html; charset=utf-8", try DashboardPage.render(model))
    }

    /// The newest report: it is made of the whole fleet, so it takes a place among what `/v2` answers of that.
    private func report() async throws -> Response {
        guard let place = heavy.begin() else {
            var response = ResponseGuard.problem(.tooManyRequests, detail: HeavyRequests.refusal)
            response.headers[.retryAfter] = "\(HeavyRequests.retryAfter)"
            return response
        }
        defer { place.end() }
        guard let run = try await store.finishedRun(before: nil) else {
            throw HTTPError(.notFound, message: "no run has finished yet")
        }
        let report = try await store.fleetReport(run: run, since: try await store.finishedRun(before: run))
        let files = try NightlyReport.files(report, run: try await store.summary(run: run), formats: [.html])
        guard let page = files.first(where: { $0.name == "report.html" }) else { throw HTTPError(.notFound) }
        return Self.answer("text/html; charset=utf-8", page.bytes)
    }

    /// The database answers, over one of the connections that pages use, and its schema fits.
    private var schema: HealthCheck {
        HealthCheck("postgresql") { [store] in try await Migrations.check(on: store.pool) }
    }

    private static func answer(_ type: String, _ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
