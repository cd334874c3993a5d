import AnchoreAPI
import DedicatedThread
package import Gatekeeping
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Store

/// How clusters are answered that ask before they run an image.
package struct GatekeepingSettings: Sendable {
    package var namespaces: NamespaceRules
    /// What OPA Gatekeeper, which names no namespace, is answered by.
    package var otherwise: NamespaceRule
    /// How long an image may take to be analysed while the API server waits.
    package var wait: Duration
    /// Whether those without credentials are answered too, as the account `admin`.
    package var isOpen: Bool
    /// How soon a registry is asked again what a tag names.
    package var pause = Duration.seconds(60)

    package init(namespaces: NamespaceRules, otherwise: NamespaceRule, wait: Duration, isOpen: Bool) {
        self.namespaces = namespaces
        self.otherwise = otherwise
        self.wait = wait
        self.isOpen = isOpen
    }
}

/// `/admission/validate`, the validating webhook of Kubernetes, and `/gatekeeper/v1/provider`, external data for OPA
/// Gatekeeper.
///
/// Neither can be given credentials in a header easily, so a machine's token may stand at the end of the path; paths are
/// therefore never logged here.
struct GatekeepingRoutes: Sendable {
    let service: AnchoreService
    let settings: GatekeepingSettings
    private let verdicts: ImageVerdicts

    init(service: AnchoreService, settings: GatekeepingSettings) {
        self.service = service
        self.settings = settings
        verdicts = ImageVerdicts(service: service, arrivals: ImageArrivals(service: service, pause: settings.pause))
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        for path in ["admission/validate", "admission/validate/:token"] {
            router.post(RouterPath(stringLiteral: path)) { request, context in
                await answer {
                    try await validate(request, context)
                } failed: { error in
                    let text: JSONValue = ["message": .string(error.message), "code": .int(error.status)]
                    return Self.json(text, status: HTTPResponse.Status(code: error.status), error.retryAfter)
                }
            }
        }
        for path in ["gatekeeper/v1/provider", "gatekeeper/v1/provider/:token"] {
            router.post(RouterPath(stringLiteral: path)) { request, context in
                await answer {
                    try await provide(request, context)
                } failed: { error in
                    Self.json(
                        ProviderRequest.failure(error.message),
                        status: HTTPResponse.Status(code: error.status),
                        error.retryAfter
                    )
                }
            }
        }
    }

    private func validate(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let scope = try await scope(request, context)
        let body = try await RequestLimits.collect(request, upTo: AdmissionReview.maxBytes)
        let review = try await service.threads.run { () throws(AnchoreError) in
            do { return try AdmissionReview(body) } catch { throw AnchoreError.badRequest("\(error)") }
        }
        let rule = settings.namespaces.rule(for: review.namespace)
        guard rule.mode != .off, !review.images.isEmpty else {
            return Self.json(review.answer(refusal: nil, warnings: []))
        }
        let found = await verdicts.verdicts(
            review.images,
            in: scope,
            policy: rule.policy,
            waiting: settings.wait,
            fetchesNew: !review.isDryRun,
            namespace: review.namespace
        )
        var refusals: [String] = []
        var warnings: [String] = []
        for verdict in found {
            switch verdict.status {
            case .pass where verdict.action == .warn: warnings.append("\(verdict.sentence), with warnings")
            case .pass: break
            case .fail: refusals.append(verdict.sentence)
            case .unknown where rule.unknown == .deny: refusals.append(verdict.sentence)
            case .unknown: warnings.append(verdict.sentence)
            }
        }
        if review.hasTooMany { refusals.append("the object names more images than can be judged at a time") }
        if rule.mode == .warn {
            warnings = refusals + warnings
            refusals = []
        }
        return Self.json(
            review.answer(
                refusal: refusals.isEmpty ? nil : refusals.joined(separator: " | "),
                warnings: warnings
            )
        )
    }

    private func provide(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let scope = try await scope(request, context)
        let body = try await RequestLimits.collect(request, upTo: ProviderRequest.maxBytes)
        let asked: ProviderRequest
        do { asked = try ProviderRequest(body) } catch { throw AnchoreError.badRequest("\(error)") }
        var found = await verdicts.verdicts(
            asked.keys,
            in: scope,
            policy: settings.otherwise.policy,
            // Gatekeeper has a request for each of many objects wait, for three seconds at most.
            waiting: min(settings.wait, .seconds(2)),
            fetchesNew: true,
            namespace: nil
        )
        for index in found.indices { found[index].refusesUnknown = settings.otherwise.unknown == .deny }
        return Self.json(asked.answer(found))
    }

    /// The account whose images and policies count: that of the token in the path, or of the credentials.
    private func scope(_ request: Request, _ context: BasicRequestContext) async throws -> AccountScope {
        let principal: Principal
        if let token = context.parameters.get("token") {
            principal = try await Logins(service: service).principal(token: token)
        } else if settings.isOpen, request.headers[.authorization] == nil {
            return AccountScope(account: AccountRecord.first, seesFleet: true)
        } else {
            principal = try await AccessGate(service: service).principal(of: request)
        }
        guard principal.account.state == .enabled, principal.role >= .scanner else {
            throw AnchoreError.forbidden(
                domain: principal.account.name,
                action: "admission",
                target: AccessRole.scanner.rawValue
            )
        }
        return AccountScope(account: principal.account.name, seesFleet: principal.account.kind == .admin)
    }

    private func answer(
        _ body: () async throws -> Response,
        failed: (AnchoreError) -> Response
    ) async -> Response {
        do { return try await body() } catch let error as AnchoreError { return failed(error) } catch is Unauthorized {
            return failed(AnchoreError(401, "credentials are needed, or a token at the end of the path"))
        } catch {
            service.logger.error("admission: \(error)")
            return failed(AnchoreError(503, "no answer can be given now"))
        }
    }

    private static func json(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        _ retryAfter: Int? = nil
    ) -> Response {
        var response = Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes))
        )
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if status.code == 413 || status.code == 408 { response.headers[.connection] = "close" }
        return response
    }
}
