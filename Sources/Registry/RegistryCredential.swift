/// A user name and password, or a refresh token, for one registry.
///
/// Neither printing nor reflection shows the secrets, so a credential in a log line says nothing.
package struct RegistryCredential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let username: String
    package let password: String
    /// An OAuth2 refresh token, exchanged for a bearer token instead of the password ("identitytoken" in Docker's file).
    package let identityToken: String?

    package init(username: String, password: String, identityToken: String? = nil) {
        self.username = username
        self.password = password
        self.identityToken = identityToken
    }

    package var description: String { "credential (hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The value of an `Authorization` header (RFC 7617).
    var basicAuthorization: String { "Basic " + Base64.encode(Array("\(username):\(password)".utf8)) }
}

/// Where credentials for registries come from.
package protocol CredentialSource: Sendable {
    /// The credential for a registry, named as the user names it (`docker.io`, `registry.example:5000`).
    func credential(for host: String) async -> RegistryCredential?

    /// The credential for one repository of a registry; that of the registry where it has none of its own.
    func credential(for host: String, repository: String) async -> RegistryCredential?

    /// Registries with credentials for single repositories: what is good for one is not tried for another.
    var dividedHosts: Set<String> { get }
}

extension CredentialSource {
    package func credential(for host: String, repository: String) async -> RegistryCredential? {
        await credential(for: host)
    }

    package var dividedHosts: Set<String> { [] }
}

/// Credentials given in memory, by exact registry name; empty for anonymous access.
package struct FixedCredentials: CredentialSource {
    private let credentials: [String: RegistryCredential]

    package init(_ credentials: [String: RegistryCredential] = [:]) {
        self.credentials = credentials
    }

    package func credential(for host: String) async -> RegistryCredential? { credentials[host] }
}
