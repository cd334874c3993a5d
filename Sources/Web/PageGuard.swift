import AnchoreAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Store

/// Asks for the API's credentials before pages and `/metrics` are shown; `/health` stays open.
///
/// Pages are about the whole fleet, so they are shown to accounts that see it.
struct PageGuard: RouterMiddleware {
    typealias Context = BasicRequestContext

    let gate: AccessGate

    @concurrent
    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        if request.uri.path.hasPrefix("/health/") { return try await next(request, context) }
        do {
            let principal = try await gate.principal(of: request)
            guard principal.account.state == .enabled else { throw Unauthorized() }
            guard principal.account.kind == .admin else {
                throw AnchoreError(403, "account \(principal.account.name) does not see the fleet")
            }
        } catch is Unauthorized {
            return Response(
                status: .unauthorized,
                headers: [.wwwAuthenticate: #"basic realm="Authentication required", charset="UTF-8""#]
            )
        } catch let error as AnchoreError {
            return AnchoreRoutes.response(error)
        }
        return try await next(request, context)
    }
}
