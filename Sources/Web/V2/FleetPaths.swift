import FleetAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Answers what no route of `/v2` does: other methods, OPTIONS, and paths that there are none of.
struct FleetPaths: RouterMiddleware {
    typealias Context = BasicRequestContext

    /// A path of the document: its parts, `nil` for a parameter, and the methods that there are.
    private struct Path {
        var parts: [String?]
        var methods: [String]
    }

    private let paths: [Path]

    init(operations: [FleetAPI.Operation]) {
        var paths: [(path: String, methods: [String])] = []
        for operation in operations {
            let method = operation.method.rawValue.uppercased()
            let methods = method == "GET" ? ["GET", "HEAD"] : [method]
            if let index = paths.firstIndex(where: { $0.path == operation.path }) {
                paths[index].methods += methods
            } else {
                paths.append((operation.path, methods))
            }
        }
        self.paths = paths.map { path, methods in
            let parts = (FleetRoutes.prefix + path).split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
            return Path(parts: parts, methods: methods + ["OPTIONS"])
        }
    }

    @concurrent
    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let parts = request.uri.path.split(separator: "/")
        guard parts.first == FleetRoutes.prefix.dropFirst() else { return try await next(request, context) }
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            guard error.status == .notFound, let methods = methods(of: parts) else {
                return FleetResponse.of(Problem(error.status.code, error.body ?? error.status.reasonPhrase))
            }
            let allow = methods.joined(separator: ", ")
            guard request.method != .options else { return Response(status: .noContent, headers: [.allow: allow]) }
            var response = FleetResponse.of(Problem(405, "this resource has \(allow)"))
            response.headers[.allow] = allow
            return response
        }
    }

    private func methods(of parts: [Substring]) -> [String]? {
        paths.first { path in
            path.parts.count == parts.count
                && zip(path.parts, parts).allSatisfy { expected, part in expected.map { $0 == part } ?? true }
        }?.methods
    }
}
