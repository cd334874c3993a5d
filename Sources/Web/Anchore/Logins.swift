import Access
import AnchoreAPI
import Logging
import Store

/// Finds out who a password or a token stands for: a user of ours, or whoever another system vouches for.
struct Logins: Sendable {
    let service: AnchoreService

    /// Whose name and password these are; throws ``Unauthorized`` where they are wrong.
    ///
    /// Users of ours go before those of the directory. Failures slow down the name at the address that they come from;
    /// whoever logged in there or elsewhere within the last hours with this very password gets in all the same.
    func principal(_ name: String, password: String, at address: String) async throws -> Principal {
        guard name.utf8.count <= 256, password.utf8.count <= 512 else { throw Unauthorized() }
        let found = try await service.store.principal(user: name)
        let directory = found == nil ? service.settings.directory : nil
        let wasRight =
            if let directory {
                await directory.wasRight(user: name, password: password)
            } else {
                await service.passwords.wasRight(password, hash: found?.passwordHash)
            }
        // To a directory the case of a name is nothing.
        let limited = name.lowercased()
        if !wasRight, let wait = service.logins.wait(limited, at: address) {
            throw AnchoreError.tooManyLogins(seconds: Int(wait.components.seconds) + 1)
        }
        let principal =
            if let directory {
                try await self.principal(name, password, directory)
            } else {
                try await checked(found, password)
            }
        guard let principal else {
            service.logins.failed(limited, at: address)
            throw Unauthorized()
        }
        service.logins.succeeded(limited, at: address)
        return principal
    }

    private func checked(_ found: Principal?, _ password: String) async throws -> Principal? {
        do {
            // Unknown users take as long as known ones.
            let isRight = try await service.passwords.matches(password, hash: found?.passwordHash)
            return isRight ? found : nil
        } catch is PasswordChecks.Busy {
            throw AnchoreError(503, "too many logins at a time; try again")
        }
    }

    private func principal(_ name: String, _ password: String, _ directory: any UserDirectory) async throws
        -> Principal?
    {
        guard let identity = try await vouched({ try await directory.identity(user: name, password: password) })
        else { return nil }
        return try await principal(identity)
    }

    /// Whom a token stands for: one of ours, or one of the issuer that is trusted.
    func principal(token: String) async throws -> Principal {
        if let fingerprint = BearerToken.fingerprint(token) {
            guard let found = try await service.store.principal(token: fingerprint) else { throw Unauthorized() }
            return found
        }
        guard let issuer = service.settings.issuer,
            let identity = try await vouched({ try await issuer.identity(token: token) })
        else { throw Unauthorized() }
        return try await principal(identity)
    }

    private func vouched(_ ask: () async throws -> ExternalIdentity?) async throws -> ExternalIdentity? {
        do { return try await ask() } catch let error as IdentityUnavailable {
            service.logger.error("a login could not be checked: \(error)")
            throw AnchoreError(503, "logins cannot be checked now; try again")
        }
    }

    private func principal(_ identity: ExternalIdentity) async throws -> Principal {
        guard let account = try await service.store.account(identity.account) else {
            service.logger.warning("\(identity.source): there is no account \(identity.account)")
            throw AnchoreError(403, "there is no account \(identity.account)")
        }
        return Principal(external: identity.name, account: account, role: identity.role)
    }
}
