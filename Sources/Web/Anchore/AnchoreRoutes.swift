import AnchoreAPI
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Postgres
import Store

/// The routes of `/v1`, which are there without it, too: finds out who asks, what may be done, and turns every failure
/// into Anchore's envelope.
struct AnchoreRoutes: Sendable {
    typealias Handler = @Sendable (AnchoreCall) async throws -> AnchoreAnswer

    let service: AnchoreService
    private let gate: AccessGate

    init(service: AnchoreService) {
        self.service = service
        gate = AccessGate(service: service)
    }

    /// Routes that were added, for the description of the API.
    private final class Added {
        var routes: [ServedRoute] = [("get", "health"), ("get", "version"), ("post", "oauth/token")]
            .map { ServedRoute($0.0, $0.1, role: nil) }
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        let added = Added()
        // Anchore answers every path with and without it, and its images are probed at `/health`.
        let prefixes = ["v1/", ""]
        func add(
            _ method: HTTPRequest.Method,
            _ path: String,
            _ access: RequiredAccess,
            _ handler: @escaping Handler
        ) {
            added.routes.append(
                ServedRoute(method.rawValue, path, role: access.leastRole, isOfSystem: access.isOfSystem)
            )
            for prefix in prefixes {
                router.on(RouterPath(stringLiteral: prefix + path), method: method) { request, context in
                    await answer(request, context) {
                        let call = try await gate.admit(request, context, needs: access)
                        return try await handler(call)
                    }
                }
            }
        }
        router.get("v1") { _, _ in Self.response(.json("v1")) }
        for prefix in prefixes { addOpenRoutes(to: router, prefix) }
        addImageRoutes(add)
        addContentRoutes(add)
        addPolicyRoutes(add)
        addSubscriptionRoutes(add)
        addRegistryRoutes(add)
        addSystemRoutes(add)
        addEventRoutes(add)
        addFleetRoutes(add)
        addAccountRoutes(add)
        addTokenRoutes(add)
        addArchiveRoutes(add)
        let description = ServiceDescription.swagger(added.routes)
        for path in ["swagger.json", "v1/swagger.json"] {
            router.get(RouterPath(stringLiteral: path)) { _, _ in Self.response(.json(description)) }
        }
    }

    /// Adds a route: method, path, who may, and what answers.
    typealias Add = (HTTPRequest.Method, String, RequiredAccess, @escaping Handler) -> Void

    /// What clients ask before they log in.
    private func addOpenRoutes(to router: Router<BasicRequestContext>, _ prefix: String) {
        router.get(RouterPath(stringLiteral: prefix + "health")) { _, _ in Self.response(.json("ok")) }
        router.get(RouterPath(stringLiteral: prefix + "version")) { _, _ in
            Self.response(.json(ServiceDescription.version(service.settings.version, schema: Migrations.current)))
        }
        router.post(RouterPath(stringLiteral: prefix + "oauth/token")) { request, context in
            await answer(request, context) { try await gate.token(request) }
        }
    }

    private func answer(
        _ request: Request,
        _ context: BasicRequestContext,
        _ body: () async throws -> AnchoreAnswer
    ) async -> Response {
        do {
            return Self.response(try await body())
        } catch let error as AnchoreError {
            return Self.response(error)
        } catch is Unauthorized {
            return Self.unauthorized
        } catch let error as PostgresError where error.isTransient {
            service.logger.warning("\(request.method.rawValue) \(request.uri.path): \(error)")
            return Self.response(AnchoreError(503, "the database cannot be reached now; try again"))
        } catch let error as StoreError where error.code == .notFound {
            return Self.response(AnchoreError.notFound(error.message))
        } catch is CancellationError {
            return Self.response(AnchoreError(503, "the server stops"))
        } catch {
            service.logger.error("\(request.method.rawValue) \(request.uri.path): \(error)")
            return Self.response(AnchoreError(500, "the request could not be answered; see the server's log"))
        }
    }

    static func response(_ error: AnchoreError) -> Response {
        var response = json(error.json.bytes, status: HTTPResponse.Status(code: error.status))
        // What is left of a body that was refused is not read on.
        if [408, 413].contains(error.status) { response.headers[.connection] = "close" }
        if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        if error.status == 401 { response.headers[.wwwAuthenticate] = challenge }
        return response
    }

    private static let challenge = #"basic realm="Authentication required""#

    private static var unauthorized: Response {
        Response(
            status: .unauthorized,
            headers: [.contentType: "text/plain", .wwwAuthenticate: challenge],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "Unauthorized"))
        )
    }

    private static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    static func response(_ answer: AnchoreAnswer) -> Response {
        switch answer {
        case .json(let value): json(value.bytes)
        case .bytes(let bytes): json(bytes)
        case .attachment(let bytes, let type, let name):
            Response(
                status: .ok,
                headers: [.contentType: type, .contentDisposition: "attachment; filename=\(name)"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            )
        case .empty(let status): Response(status: status)
        case .parts(let produce):
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody { writer in
                    try await produce { part in try await writer.write(ByteBuffer(bytes: part)) }
                    try await writer.finish(nil)
                }
            )
        }
    }
}
