import Access
import AnchoreAPI
import HTTPTypes
import Store

/// Tokens of machines: ours, beside what Anchore Engine has.
extension AnchoreRoutes {
    func addTokenRoutes(_ add: Add) {
        add(.get, "accounts/:account/tokens", .role(.readOnly)) { call in
            let tokens = try await service.store.machineTokens(of: try await named(call).name)
            return .json(.array(tokens.filter { Self.mayTouch($0, call) }.map(\.json)))
        }
        add(.post, "accounts/:account/tokens", .role(.readOnly)) { try await makeToken($0) }
        add(.delete, "accounts/:account/tokens/:token", .role(.readOnly)) { try await revokeToken($0) }
    }

    /// Users see and revoke their own tokens, administrators those of the account.
    private static func mayTouch(_ token: TokenRecord, _ call: AnchoreCall) -> Bool {
        call.principal.role == .admin || call.principal.proof != .external && token.user == call.principal.user.name
    }

    private func makeToken(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let account = try await named(call)
        // Else a token that ends could make one that does not.
        guard call.principal.proof != .token else {
            throw AnchoreError(403, "a token cannot make tokens; log in with a password")
        }
        let body = try await call.object()
        let name = try body.optionalString("username") ?? call.principal.user.name
        guard let user = try await service.store.user(name, of: account.name) else {
            throw AnchoreError.notFound("User not found")
        }
        let isOwn = call.principal.proof == .password && user.name == call.principal.user.name
        guard isOwn || call.principal.role == .admin else {
            throw AnchoreError.forbidden(domain: account.name, action: "tokens", target: user.name)
        }
        guard let role = AccessRole(rawValue: try body.optionalString("role") ?? user.role.rawValue) else {
            throw AnchoreError.badRequest(
                "role must be one of \(AccessRole.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        guard role <= user.role, role <= call.principal.role else {
            throw AnchoreError.badRequest("a token may not do more than its user, who is \(user.role.rawValue)")
        }
        let label = try body.optionalString("name") ?? ""
        let days = try body.optionalInt("expires_in_days") ?? TokenRecord.standardDays
        guard TokenRecord.isLabel(label) else {
            throw AnchoreError.badRequest("name must be a line of up to 128 bytes")
        }
        guard TokenRecord.days.contains(days) else {
            throw AnchoreError.badRequest("expires_in_days must be from 1 to \(TokenRecord.days.upperBound)")
        }
        let token = BearerToken.make(.machine)
        guard let fingerprint = BearerToken.fingerprint(token),
            let record = try await service.store.addMachineToken(
                fingerprint,
                of: user.name,
                role: role,
                label: label,
                days: days,
                madeBy: call.principal.user.name
            )
        else { throw AnchoreError.badRequest("a user has at most \(TokenRecord.maxOfUser) tokens; revoke some") }
        return .json(record.json(token: token))
    }

    private func revokeToken(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let account = try await named(call)
        // Else whoever gets hold of a token that may little ends all others of its user.
        guard call.principal.proof != .token || call.principal.role == .admin else {
            throw AnchoreError(403, "a token cannot revoke tokens; log in with a password")
        }
        guard let number = Int(try call.part("token")),
            let token = try await service.store.machineTokens(of: account.name).first(where: { $0.number == number }),
            Self.mayTouch(token, call),
            try await service.store.revokeMachineToken(number, of: account.name)
        else { throw AnchoreError.notFound("Token not found") }
        return .empty(.noContent)
    }
}
