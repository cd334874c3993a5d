/// An account: a namespace of images, policies and subscriptions, and the users in it.
package struct AccountRecord: Sendable, Equatable {
    /// What an account is for; one of kind `admin` speaks for the fleet.
    package enum Kind: String, Sendable { case user, admin, service }
    /// Whether the account's users may get in.
    package enum State: String, Sendable { case enabled, disabled, deleting }

    package var name: String
    package var email: String?
    package var kind: Kind
    package var state: State
    package var createdAt: String
    package var updatedAt: String

    package init(name: String, email: String?, kind: Kind, state: State, createdAt: String, updatedAt: String) {
        self.name = name
        self.email = email
        self.kind = kind
        self.state = state
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package var json: JSONValue {
        [
            "name": .string(name), "email": .string(email), "type": .string(kind.rawValue),
            "state": .string(state.rawValue), "created_at": .string(createdAt), "last_updated": .string(updatedAt),
        ]
    }

    /// The account that is there from the start.
    package static let first = "admin"

    /// Names that are the system's own.
    package static let reserved: Set<String> = [first, "anchore-system", "system"]

    /// 3 to 128 letters, digits and the signs that Anchore Engine's pattern names, with a letter or digit at both ends.
    ///
    /// Its class has `+-=`, a range by mistake: of what that lets in, `/` and `<` are not taken.
    package static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...128).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return isWord(first) && isWord(last) && bytes.allSatisfy { isWord($0) || "!#$+,-.:;=@^_`~".utf8.contains($0) }
    }
}

/// A user of an account.
package struct UserRecord: Sendable, Equatable {
    /// The user that is there from the start, in the first account.
    package static let first = "admin"

    package var name: String
    package var account: String
    package var kind: String
    package var role: AccessRole
    package var hasPassword: Bool
    package var createdAt: String
    package var updatedAt: String

    package init(
        name: String,
        account: String,
        kind: String,
        role: AccessRole,
        hasPassword: Bool = true,
        createdAt: String,
        updatedAt: String
    ) {
        self.name = name
        self.account = account
        self.kind = kind
        self.role = role
        self.hasPassword = hasPassword
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package var json: JSONValue {
        [
            "username": .string(name), "type": .string(kind), "source": .null, "role": .string(role.rawValue),
            "created_at": .string(createdAt), "last_updated": .string(updatedAt),
        ]
    }

    /// Passwords have 6 to 128 characters.
    package static func isPassword(_ text: String) -> Bool {
        (6...128).contains(text.count) && text.utf8.count <= 512
    }
}

/// What a user, or a token, may do in its account; each may do what those before it may.
package enum AccessRole: String, Sendable, Comparable, CaseIterable {
    case readOnly = "read-only"
    case scanner
    case policyEditor = "policy-editor"
    case admin

    private var rank: Int {
        switch self {
        case .readOnly: 0
        case .scanner: 1
        case .policyEditor: 2
        case .admin: 3
        }
    }

    package static func < (left: AccessRole, right: AccessRole) -> Bool { left.rank < right.rank }
}
