/// A token of a machine, without the token itself, which nobody is shown a second time.
package struct TokenRecord: Sendable, Equatable {
    /// Tokens that one user may have.
    package static let maxOfUser = 100
    /// Days that a token may be valid.
    package static let days = 1...3650
    /// Days of a token for which none are named.
    package static let standardDays = 90

    package var number: Int
    package var user: String
    package var role: AccessRole
    package var label: String
    package var createdAt: String
    /// `nil` for one without an end.
    package var expiresAt: String?
    /// `nil` for one that was never used.
    package var lastUsedAt: String?
    package var madeBy: String
    package var hasEnded: Bool

    package init(
        number: Int,
        user: String,
        role: AccessRole,
        label: String,
        createdAt: String,
        expiresAt: String?,
        lastUsedAt: String?,
        madeBy: String,
        hasEnded: Bool
    ) {
        self.number = number
        self.user = user
        self.role = role
        self.label = label
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.madeBy = madeBy
        self.hasEnded = hasEnded
    }

    package var json: JSONValue { .object(members) }

    /// The record with the token, for whoever made it.
    package func json(token: String) -> JSONValue { .object([JSONMember("token", .string(token))] + members) }

    private var members: [JSONMember] {
        [
            JSONMember("id", .int(number)), JSONMember("username", .string(user)),
            JSONMember("role", .string(role.rawValue)), JSONMember("name", .string(label)),
            JSONMember("created_at", .string(createdAt)), JSONMember("expires_at", .string(expiresAt)),
            JSONMember("last_used_at", .string(lastUsedAt)), JSONMember("created_by", .string(madeBy)),
            JSONMember("expired", .bool(hasEnded)),
        ]
    }

    /// What a token is called: up to 128 bytes on one line.
    package static func isLabel(_ text: String) -> Bool {
        text.utf8.count <= 128 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
