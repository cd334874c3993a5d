import Access
import AnchoreAPI
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Store

/// No credentials, or none that are good.
struct Unauthorized: Error {}

/// Lets requests in: who sends one, for which account, and whether that is allowed.
struct AccessGate: Sendable {
    /// How long a token of `/oauth/token` is good, in seconds.
    private static let tokenSeconds = 3600
    /// Bytes of the header that says who asks; tokens of other issuers list many groups.
    private static let maxHeaderBytes = 20 << 10
    private static let accountHeader = HTTPField.Name("x-anchore-account")

    let service: AnchoreService

    /// The request with its sender; throws where it has none, or may not.
    func admit(
        _ request: Request,
        _ context: BasicRequestContext,
        needs access: RequiredAccess
    ) async throws -> AnchoreCall {
        let principal = try await principal(of: request)
        let parts = try Self.parts(context)
        let action = "\(request.method.rawValue) \(request.uri.path)"
        guard principal.account.state == .enabled else {
            throw AnchoreError(403, "account \(principal.account.name) is not enabled")
        }
        guard principal.role >= access.leastRole else {
            let target = access.leastRole.rawValue
            throw AnchoreError.forbidden(domain: principal.account.name, action: action, target: target)
        }
        guard !access.isOfSystem || principal.isSystemAdmin else {
            throw AnchoreError.forbidden(domain: "system", action: action, target: "*")
        }
        return AnchoreCall(
            request: request,
            parameters: parts,
            principal: principal,
            scope: try await scope(of: request, principal, action: action)
        )
    }

    /// The account that the header names, or the sender's own.
    private func scope(of request: Request, _ principal: Principal, action: String) async throws -> AccountScope {
        let own = AccountScope(account: principal.account.name, seesFleet: principal.account.kind == .admin)
        guard let name = Self.accountHeader.flatMap({ request.headers[$0] }), !name.isEmpty,
            name != principal.account.name
        else { return own }
        guard principal.isSystemAdmin else {
            throw AnchoreError.forbidden(domain: String(name.prefix(128)), action: action, target: "*")
        }
        guard AccountRecord.isName(name), let account = try await service.store.account(name) else {
            throw AnchoreError.notFound("account \(name.prefix(128)) not found")
        }
        return AccountScope(account: account.name, seesFleet: account.kind == .admin)
    }

    /// Who sends a request, by password or token.
    func principal(of request: Request) async throws -> Principal {
        guard let header = request.headers[.authorization], header.utf8.count <= Self.maxHeaderBytes,
            let space = header.firstIndex(of: " ")
        else { throw Unauthorized() }
        let value = header[header.index(after: space)...].drop { $0 == " " }
        switch header[..<space].lowercased() {
        case "basic":
            guard value.utf8.count <= 4096, let bytes = Base64Text.decode(String(value)),
                let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
            else { throw Unauthorized() }
            return try await Logins(service: service).principal(
                String(text[..<colon]),
                password: String(text[text.index(after: colon)...]),
                at: PeerAddress.of(request, trusting: service.settings.trustedProxies)
            )
        case "bearer", "jwt": return try await Logins(service: service).principal(token: String(value))
        default: throw Unauthorized()
        }
    }

    /// `POST /oauth/token`: a password for a token of an hour, which may do what the user may.
    func token(_ request: Request) async throws -> AnchoreAnswer {
        let principal: Principal
        let body = try await RequestLimits.collect(request, upTo: 64 << 10)
        if body.isEmpty {
            principal = try await self.principal(of: request)
        } else {
            let form = Self.form(String(decoding: body, as: UTF8.self))
            guard form["grant_type"] == "password", let name = form["username"], let password = form["password"] else {
                throw AnchoreError.badRequest("grant_type=password with username and password is expected")
            }
            principal = try await Logins(service: service).principal(
                name,
                password: password,
                at: PeerAddress.of(request, trusting: service.settings.trustedProxies)
            )
        }
        guard principal.proof == .password else {
            throw AnchoreError.badRequest("tokens are given for the passwords of users of ours")
        }
        guard principal.account.state == .enabled else {
            throw AnchoreError(403, "account \(principal.account.name) is not enabled")
        }
        let token = BearerToken.make()
        guard let fingerprint = BearerToken.fingerprint(token) else { throw Unauthorized() }
        try await service.store.addToken(
            fingerprint,
            of: principal.user.name,
            role: principal.role,
            label: "oauth",
            seconds: Self.tokenSeconds
        )
        return .json([
            "access_token": .string(token), "token_type": "Bearer", "expires_in": .int(Self.tokenSeconds), "scope": "",
        ])
    }

    /// The members of a form (`application/x-www-form-urlencoded`).
    private static func form(_ text: String) -> [String: String] {
        var members: [String: String] = [:]
        for part in text.split(separator: "&").prefix(32) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            members[String(pair[0])] = pair[1].replacing("+", with: " ").removingPercentEncoding
        }
        return members
    }

    /// The parts of the path, decoded: what decodes to a step up, a control character or nothing is no name of anything.
    private static func parts(_ context: BasicRequestContext) throws(AnchoreError) -> [String: String] {
        var parts: [String: String] = [:]
        for (name, value) in context.parameters {
            guard let text = String(value).removingPercentEncoding, !text.isEmpty, text.utf8.count <= 1024,
                text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), !text.contains("\\"),
                !text.split(separator: "/", omittingEmptySubsequences: false).contains(where: {
                    $0 == ".." || $0 == "."
                })
            else { throw AnchoreError.notFound("no such path") }
            parts[String(name)] = text
        }
        return parts
    }
}
