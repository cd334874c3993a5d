package import AnchoreAPI

/// Somebody whom another system vouches for: an issuer of tokens, or a directory.
package struct ExternalIdentity: Sendable, Equatable {
    /// The name that is shown; unique at its source, and no name of a user of ours.
    package var name: String
    package var account: String
    package var role: AccessRole
    /// What vouches, `oidc` or `ldap`.
    package var source: String

    package init(name: String, account: String, role: AccessRole, source: String) {
        self.name = name
        self.account = account
        self.role = role
        self.source = source
    }
}

/// Another system could not be asked; the one who logs in may try again.
package struct IdentityUnavailable: Error, CustomStringConvertible {
    /// For the log.
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Reads bearer tokens that are not ours.
package protocol TokenIssuer: Sendable {
    /// Who the token stands for; `nil` where it is not good, or stands for nobody who may get in.
    ///
    /// Throws ``IdentityUnavailable`` where that cannot be found out now.
    func identity(token: String) async throws -> ExternalIdentity?
}

/// Checks passwords that are not ours.
package protocol UserDirectory: Sendable {
    /// Who logs in; `nil` where name or password is wrong, or nobody of that name may get in.
    ///
    /// Throws ``IdentityUnavailable`` where that cannot be found out now.
    func identity(user: String, password: String) async throws -> ExternalIdentity?

    /// Whether this very password was right within the last hours.
    func wasRight(user: String, password: String) async -> Bool
}
