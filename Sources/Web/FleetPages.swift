import HTTPTypes
import Hummingbird
import Reports
import Store

/// The routes and what they answer.
struct FleetPages: Sendable {
    private static let runsShown = 10

    let store: Store
    let redis: @Sendable () async throws -> Void

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/") { request, _ in try await dashboard(request) }
        router.get("/report") { _, _ in try await report() }
        router.get("/health/live") { _, _ in Self.answer("application/json", Array(#"{"status":"live"}"#.utf8)) }
        router.get("/health/ready") { _, _ in await readiness() }
        router.get("/metrics") { _, _ in
            Self.answer(
                "text/plain; version=0.0.4; charset=utf-8",
                Array(try await FleetMetrics(store: store).text().utf8)
            )
        }
    }

    private func dashboard(_ request: Request) async throws -> Response {
        let page = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
        let search = String((request.uri.queryParameters["q"].map(String.init) ?? "").prefix(200))
        let model = try await store.dashboard(page: max(1, min(page, 1_000_000)), search: search, runs: Self.runsShown)
        return Self.answer("text/html; charset=utf-8", try DashboardPage.render(model))
    }

    private func report() async throws -> Response {
        guard let run = try await store.finishedRun(before: nil) else {
            throw HTTPError(.notFound, message: "no run has finished yet")
        }
        let report = try await store.fleetReport(run: run, since: try await store.finishedRun(before: run))
        let files = try NightlyReport.files(report, run: try await store.summary(run: run), formats: [.html])
        guard let page = files.first(where: { $0.name == "report.html" }) else { throw HTTPError(.notFound) }
        return Self.answer("text/html; charset=utf-8", page.bytes)
    }

    /// Ready means that both servers answer and the schema fits.
    private func readiness() async -> Response {
        var checks: [String: String] = [:]
        do {
            try await Migrations.check(on: store.pool)
            checks["postgresql"] = "ok"
        } catch { checks["postgresql"] = "\(error)" }
        do {
            try await redis()
            checks["redis"] = "ok"
        } catch { checks["redis"] = "\(error)" }
        let isReady = checks.values.allSatisfy { $0 == "ok" }
        let bytes = (try? ReportJSON.encode(checks)) ?? []  // a map of texts always encodes
        return Self.answer("application/json", bytes, status: isReady ? .ok : .serviceUnavailable)
    }

    private static func answer(_ type: String, _ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
