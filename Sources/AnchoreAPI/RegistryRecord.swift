/// Credentials for a registry, without the password.
package struct RegistryRecord: Sendable, Equatable {
    package var account: String
    /// `host[:port]`, `host/repository`, or a prefix that ends in `*`.
    package var registry: String
    package var name: String
    package var user: String
    package var type: String
    package var isVerified: Bool
    package var createdAt: String
    package var updatedAt: String

    package init(
        account: String,
        registry: String,
        name: String,
        user: String,
        type: String,
        isVerified: Bool,
        createdAt: String = "",
        updatedAt: String = ""
    ) {
        self.account = account
        self.registry = registry
        self.name = name
        self.user = user
        self.type = type
        self.isVerified = isVerified
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Whether it is a host, a repository or a prefix of repositories: `*` stands at the end alone, and never in the host,
    /// since whoever owns a host of such a name would be sent the password.
    package static func isPlace(_ text: String) -> Bool {
        guard let star = text.firstIndex(of: "*") else { return true }
        return text.index(after: star) == text.endIndex && text[..<star].contains("/")
    }

    /// The host that the credentials are for.
    package var host: String { String(registry.prefix { $0 != "/" }) }

    /// Whether they are for all of the host.
    package var isWholeHost: Bool { host == registry }

    package var json: JSONValue {
        [
            "registry": .string(registry), "registry_name": .string(name), "registry_user": .string(user),
            "registry_type": .string(type), "registry_verify": .bool(isVerified), "userId": .string(account),
            "created_at": .string(createdAt), "last_updated": .string(updatedAt),
        ]
    }
}

/// A request to add or change one.
package struct RegistryChange: Sendable {
    package var record: RegistryRecord
    package var password: String

    /// Who logs in to Amazon's registries with a token.
    private static let tokenUser = "AWS"

    /// Anchore Engine exchanges keys and roles for tokens; sent as they are, they open nothing.
    private static let noKeys = AnchoreError.badRequest(
        "keys and roles of AWS are not exchanged for a registry's token here: give the token itself, as the user AWS with what "
            + "`aws ecr get-login-password` prints, and anew before its twelve hours are over; or let the fleet's own machines "
            + "have docker-credential-ecr-login as a credential helper in Docker's configuration, and add nothing"
    )

    /// Throws what a client is to be told; `known` is the registry that is to be changed, which the body need not name again.
    package init(_ body: BodyObject, of known: String? = nil, account: String) throws(AnchoreError) {
        guard let registry = try body.optionalString("registry") ?? known else {
            throw AnchoreError.missing("registry")
        }
        guard !registry.hasPrefix("http://"), !registry.hasPrefix("https://"), !registry.hasSuffix("/") else {
            throw AnchoreError(409, "input registry name cannot end with '/' or begin with a scheme")
        }
        guard !registry.isEmpty, registry.utf8.count <= 255,
            registry.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"\\\"<>?#%".utf8.contains($0) }),
            !registry.contains(".."), RegistryRecord.isPlace(registry)
        else { throw AnchoreError.badRequest("'\(registry.prefix(80))' is not a registry") }
        let type = try body.optionalString("registry_type") ?? "docker_v2"
        guard ["docker_v2", "awsecr"].contains(type) else {
            throw AnchoreError.badRequest("registry_type '\(type.prefix(40))' is not one of docker_v2, awsecr")
        }
        let user = try body.string("registry_user")
        guard type != "awsecr" || user == Self.tokenUser else { throw Self.noKeys }
        record = RegistryRecord(
            account: account,
            registry: registry,
            name: try body.optionalString("registry_name") ?? registry,
            user: user,
            type: type,
            isVerified: try body.optionalBool("registry_verify") ?? true
        )
        password = try body.string("registry_pass")
    }
}
