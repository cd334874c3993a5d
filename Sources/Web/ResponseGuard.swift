import AnchoreAPI
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Reports
import Telemetry

/// Sets the headers that keep pages from doing more than they should, and turns errors into problem documents
/// (RFC 9457) that name no internals.
struct ResponseGuard: RouterMiddleware {
    typealias Context = BasicRequestContext

    let logger: Logger

    @concurrent
    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError {
            // Anchore's clients read an envelope of their own.
            response =
                request.uri.path.hasPrefix("/v1/")
                ? AnchoreRoutes.response(AnchoreError(error.status.code, error.body ?? error.status.reasonPhrase))
                : Self.problem(error.status, detail: error.body)
        } catch {
            logger.error("\(request.method.rawValue) \(request.uri.path): \(error)")
            response = Self.problem(
                .internalServerError,
                detail: "the request could not be answered; see the server's log"
            )
        }
        // By route and not by path, which anybody may make up.
        Measure.observe(
            MetricNames.requestSeconds,
            [
                ("route", context.endpointPath ?? "none"), ("method", request.method.rawValue),
                ("status", "\(response.status.code)"),
            ],
            .now - started
        )
        let headers = [
            ("Content-Security-Policy", PagePolicy.contentSecurityPolicy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
        ]
        for (name, value) in headers {
            if let field = HTTPField.Name(name) { response.headers[field] = value }
        }
        // What has an entity tag says itself how it may be kept.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    static func problem(_ status: HTTPResponse.Status, detail: String?) -> Response {
        let document = [
            "title": status.reasonPhrase, "status": "\(status.code)", "detail": detail ?? status.reasonPhrase,
        ]
        let bytes = (try? ReportJSON.encode(document)) ?? []  // a map of texts always encodes
        return Response(
            status: status,
            headers: [.contentType: "application/problem+json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
