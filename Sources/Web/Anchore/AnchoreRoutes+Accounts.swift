import Access
import AnchoreAPI
import HTTPTypes
import Store

extension AnchoreRoutes {
    func addAccountRoutes(_ add: Add) {
        add(.get, "account", .role(.readOnly)) { call in .json(try await account(call.account).json) }
        add(.get, "user", .role(.readOnly)) { call in .json(call.principal.user.json) }
        add(.get, "accounts", .systemAdmin) { try await listAccounts($0) }
        add(.post, "accounts", .systemAdmin) { try await addAccount($0) }
        add(.get, "accounts/:account", .role(.readOnly)) { call in .json(try await named(call).json) }
        add(.put, "accounts/:account/state", .systemAdmin) { try await setState($0) }
        add(.delete, "accounts/:account", .systemAdmin) { try await deleteAccount($0) }
        add(.get, "accounts/:account/users", .role(.readOnly)) { call in
            .json(.array(try await service.store.users(of: try await named(call).name).map(\.json)))
        }
        add(.post, "accounts/:account/users", .role(.admin)) { try await addUser($0) }
        add(.get, "accounts/:account/users/:user", .role(.readOnly)) { call in .json(try await user(call).json) }
        add(.delete, "accounts/:account/users/:user", .role(.admin)) { try await deleteUser($0) }
        add(.post, "accounts/:account/users/:user/credentials", .role(.readOnly)) { try await setPassword($0) }
        add(.get, "accounts/:account/users/:user/credentials", .role(.readOnly)) { call in
            let user = try await user(call)
            guard user.hasPassword else { return .json([]) }
            return .json([Self.credential(masked: 8, at: user.updatedAt)])
        }
        add(.delete, "accounts/:account/users/:user/credentials", .role(.admin)) { try await removePassword($0) }
        add(.post, "user/credentials", .role(.readOnly)) { call in
            // Who logs in elsewhere has no password here, though a user of ours may have the same name.
            guard call.principal.proof != .external else {
                throw AnchoreError.badRequest("\(call.principal.user.name) has no password here to change")
            }
            return try await setPassword(of: call.principal.user, call)
        }
        add(.get, "user/credentials", .role(.readOnly)) { call in
            let user = call.principal.user
            guard user.hasPassword, call.principal.proof != .external else { return .json([]) }
            return .json([Self.credential(masked: 8, at: user.updatedAt)])
        }
    }

    private static func credential(masked length: Int, at time: String) -> JSONValue {
        ["type": "password", "value": .string(String(repeating: "*", count: length)), "created_at": .string(time)]
    }

    private func listAccounts(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let wanted = try call.query("state")
        guard wanted.map({ AccountRecord.State(rawValue: $0) != nil }) ?? true else {
            throw AnchoreError.badRequest("state must be enabled, disabled or deleting")
        }
        let found = try await service.store.accounts()
        return .json(.array(found.filter { wanted == nil || $0.state.rawValue == wanted }.map(\.json)))
    }

    private func account(_ name: String) async throws -> AccountRecord {
        guard let found = try await service.store.account(name) else {
            throw AnchoreError.notFound("Account not found")
        }
        return found
    }

    /// The account of the path: the sender's own, or any for those who administer the system.
    func named(_ call: AnchoreCall) async throws -> AccountRecord {
        let name = try call.part("account")
        guard name == call.principal.account.name || call.principal.isSystemAdmin else {
            throw AnchoreError.forbidden(domain: name, action: "accounts", target: name)
        }
        return try await account(name)
    }

    private func user(_ call: AnchoreCall) async throws -> UserRecord {
        let account = try await named(call)
        guard let found = try await service.store.user(try call.part("user"), of: account.name) else {
            throw AnchoreError.notFound("User not found")
        }
        return found
    }

    private func addAccount(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let body = try await call.object()
        let name = try body.string("name")
        guard AccountRecord.isName(name) else {
            throw AnchoreError.badRequest("'\(name.prefix(130))' is not a name for an account")
        }
        let email = try body.optionalString("email")
        guard (email?.utf8.count ?? 0) <= 320 else { throw AnchoreError.badRequest("the email is too long") }
        guard !AccountRecord.reserved.contains(name),
            let added = try await service.store.addAccount(
                name,
                email: email,
                policy: service.firstPolicy(of: name)
            )
        else { throw AnchoreError.badRequest("Account name already in use or reserved") }
        return .json(added.json)
    }

    private func setState(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let account = try await named(call)
        let text = try await call.object().string("state")
        guard let state = AccountRecord.State(rawValue: text), state != .deleting else {
            throw AnchoreError.badRequest("state must be enabled or disabled")
        }
        guard account.kind != .admin else { throw AnchoreError.badRequest("the account admin cannot be disabled") }
        guard try await service.store.setState(of: account.name, to: state, from: [.enabled, .disabled]) else {
            throw Self.badTransition(account.state, state)
        }
        return .json(["state": .string(state.rawValue)])
    }

    private static func badTransition(_ from: AccountRecord.State, _ to: AccountRecord.State) -> AnchoreError {
        .badRequest(
            "Invalid account state change requested. Cannot go from state \(from.rawValue) to state \(to.rawValue)"
        )
    }

    private func deleteAccount(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let account = try await named(call)
        guard account.kind != .admin, account.state != .enabled else {
            throw Self.badTransition(account.state, .deleting)
        }
        guard try await service.store.setState(of: account.name, to: .deleting, from: [.disabled, .deleting]) else {
            throw Self.badTransition(account.state, .deleting)
        }
        try await service.store.removeAccount(account.name)
        return .json(["state": "deleting"])
    }

    private func addUser(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let account = try await named(call)
        let body = try await call.object()
        let (name, password) = (try body.string("username"), try body.string("password"))
        guard AccountRecord.isName(name), !AccountRecord.reserved.contains(name) else {
            throw AnchoreError.badRequest("'\(name.prefix(130))' is not a name for a user")
        }
        guard UserRecord.isPassword(password) else {
            throw AnchoreError.badRequest("a password must have 6 to 128 characters")
        }
        let asked = try body.optionalString("role").map { AccessRole(rawValue: $0) } ?? AccessRole.admin
        guard let role = asked else {
            let known = AccessRole.allCases.map(\.rawValue).joined(separator: ", ")
            throw AnchoreError.badRequest("role must be one of \(known)")
        }
        guard
            let added = try await service.store.addUser(
                name,
                to: account.name,
                passwordHash: try await service.passwords.hash(password),
                role: role
            )
        else { throw AnchoreError.badRequest("user name already in use") }
        return .json(added.json)
    }

    private func deleteUser(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let user = try await user(call)
        guard user.name != call.principal.user.name, user.name != UserRecord.first else {
            throw AnchoreError.badRequest("users cannot remove themselves, nor the user admin")
        }
        _ = try await service.store.removeUser(user.name, of: user.account)
        return .empty(.noContent)
    }

    /// Takes a user's password away, who cannot log in until there is another one.
    private func removePassword(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        guard try call.query("credential_type") == "password" else {
            throw AnchoreError.badRequest("credential_type must be password")
        }
        let user = try await user(call)
        let isOwn = call.principal.proof != .external && user.name == call.principal.user.name
        guard !isOwn, user.name != UserRecord.first else {
            throw AnchoreError.badRequest("users cannot remove their own password, nor that of the user admin")
        }
        try await service.store.removePassword(of: user.name, account: user.account)
        return .empty(.noContent)
    }

    private func setPassword(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        try await setPassword(of: try await user(call), call)
    }

    private func setPassword(of user: UserRecord, _ call: AnchoreCall) async throws -> AnchoreAnswer {
        // Somebody whom another system vouches for may have the name of a user of ours, and is another.
        let isOwn = call.principal.proof == .password && user.name == call.principal.user.name
        guard isOwn || call.principal.role == .admin else {
            throw AnchoreError.forbidden(domain: user.account, action: "credentials", target: user.name)
        }
        let body = try await call.object()
        guard try body.string("type") == "password" else { throw AnchoreError.badRequest("type must be password") }
        let password = try body.string("value")
        guard UserRecord.isPassword(password) else {
            throw AnchoreError.badRequest("a password must have 6 to 128 characters")
        }
        let time = try await service.store.setPassword(
            of: user.name,
            account: user.account,
            hash: try await service.passwords.hash(password)
        )
        guard let time else { throw AnchoreError.notFound("User not found") }
        return .json(Self.credential(masked: password.count, at: time))
    }
}
