import AnchoreAPI
import FleetAPI
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Postgres
import Store
import VEX

/// The routes of `/v2`.
///
/// Each is an operation of the document with what answers it: there is no route that the document
/// does not have, and none in it that is not served.
struct FleetRoutes: Sendable {
    typealias Handler = @Sendable (FleetCall) async throws -> FleetAnswer

    static let prefix = "/v2"

    let service: AnchoreService
    let heavy: HeavyRequests
    private let gate: AccessGate

    init(service: AnchoreService, heavy: HeavyRequests) {
        self.service = service
        self.heavy = heavy
        gate = AccessGate(service: service)
    }

    /// Operations with what answers them.
    struct Table {
        fileprivate(set) var rows: [(operation: FleetAPI.Operation, handler: Handler)] = []

        mutating func add(_ operation: FleetAPI.Operation, _ handler: @escaping Handler) {
            rows.append((operation, handler))
        }
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        var table = Table()
        addFleetRoutes(&table)
        addRunRoutes(&table)
        addImageRoutes(&table)
        addPackageRoutes(&table)
        addVulnerabilityRoutes(&table)
        addReportRoutes(&table)
        addExceptionRoutes(&table)
        let described = [Operations.document, Operations.documentYAML, Operations.documentPage]
        let operations = table.rows.map(\.operation) + described
        let document = OpenAPIDocument.make(operations, version: service.settings.version)
        let (json, yaml) = (document.bytes, YAMLText.make(document))
        table.add(Operations.document) { _ in .bytes(json, mediaType: "application/json") }
        table.add(Operations.documentYAML) { _ in .bytes(yaml, mediaType: "application/yaml") }
        table.add(Operations.documentPage) { _ in
            .bytes(try OperationPage.render(operations), mediaType: "text/html; charset=utf-8")
        }
        router.middlewares.add(FleetPaths(operations: operations))
        for (operation, handler) in table.rows { add(operation, handler, to: router) }
    }

    private func add(
        _ operation: FleetAPI.Operation,
        _ handler: @escaping Handler,
        to router: Router<BasicRequestContext>
    ) {
        let path = operation.path.replacing("{", with: ":").replacing("}", with: "")
        let method: HTTPRequest.Method =
            switch operation.method {
            case .get: .get
            case .post: .post
            case .delete: .delete
            }
        router.on(RouterPath(stringLiteral: Self.prefix + path), method: method) { request, context in
            await answer(request) {
                let call = try await admit(request, context, operation)
                guard operation.isHeavy else { return try await handler(call) }
                guard let place = heavy.begin() else {
                    throw Problem(429, HeavyRequests.refusal, retryAfter: HeavyRequests.retryAfter)
                }
                return try await Self.holding(place) { try await handler(call) }
            }
        }
    }

    /// Gives a place back when what it was for is there, or has been read from the database: what an export's client has yet
    /// to take then is in memory, and little.
    private static func holding(
        _ place: HeavyRequest,
        _ body: () async throws -> FleetAnswer
    ) async throws -> FleetAnswer {
        let answer: FleetAnswer
        do { answer = try await body() } catch {
            place.end()
            throw error
        }
        guard case .export(let mediaType, let fileName, let produce) = answer else {
            place.end()
            return answer
        }
        return .export(mediaType: mediaType, fileName: fileName) { pipe in
            defer { place.end() }
            place.stream(through: pipe)
            try await produce(pipe)
        }
    }

    /// Who asks, and whether the request is of the form that the document says.
    private func admit(
        _ request: Request,
        _ context: BasicRequestContext,
        _ operation: FleetAPI.Operation
    ) async throws -> FleetCall {
        var call: AnchoreCall?
        if case .role(let role) = operation.access {
            let admitted = try await gate.admit(request, context, needs: .role(role))
            guard admitted.scope.seesFleet else {
                throw Problem(403, "account \(admitted.account) does not see the fleet")
            }
            call = admitted
        }
        let values = try operation.values(
            path: call?.parameters ?? [:],
            query: try QueryText.pairs(request.uri.query ?? "")
        )
        var body = JSONValue.null
        if let schema = operation.body { body = try await read(request, schema) }
        return FleetCall(
            operation: operation,
            values: values,
            body: body,
            principal: call?.principal,
            scope: call?.scope
        )
    }

    private func read(_ request: Request, _ schema: Schema) async throws -> JSONValue {
        let type = request.headers[.contentType]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces)
        guard type?.lowercased() == "application/json" else {
            throw Problem(415, "the body must be application/json")
        }
        let bytes = try await RequestLimits.collect(request, upTo: RequestLimits.body)
        let value: JSONValue
        do { value = try JSONReader.read(bytes) } catch { throw Problem(400, "the body is not JSON: \(error)") }
        let violations = schema.violations(value, at: "")
        guard violations.isEmpty else { throw Problem.invalid(violations) }
        return value
    }

    private func answer(_ request: Request, _ body: () async throws -> FleetAnswer) async -> Response {
        do {
            return FleetResponse.of(
                try await body(),
                to: request,
                bounds: service.settings.exports,
                logger: service.logger
            )
        } catch let problem as Problem {
            return FleetResponse.of(problem)
        } catch is Unauthorized {
            return FleetResponse.of(Problem(401, "name and password, or a token, are needed"))
        } catch let error as AnchoreError {
            return FleetResponse.of(Problem(error.status, error.message, retryAfter: error.retryAfter))
        } catch let error as PostgresError where error.isTransient {
            service.logger.warning("\(request.method.rawValue) \(request.uri.path): \(error)")
            return FleetResponse.of(Problem(503, "the database cannot be reached now; try again"))
        } catch let error as StoreError where error.code == .notFound {
            return FleetResponse.of(Problem.notFound(error.message))
        } catch is CancellationError {
            return FleetResponse.of(Problem(503, "the server stops"))
        } catch {
            service.logger.error("\(request.method.rawValue) \(request.uri.path): \(error)")
            return FleetResponse.of(Problem(500, "the request could not be answered; see the server's log"))
        }
    }
}
