import AnchoreAPI

/// Who may send a request.
enum RequiredAccess: Sendable {
    /// Whoever has at least this role in an account.
    case role(AccessRole)
    /// An administrator of the whole system.
    case systemAdmin

    /// What nobody may have less than.
    var leastRole: AccessRole {
        switch self {
        case .role(let role): role
        case .systemAdmin: .admin
        }
    }

    var isOfSystem: Bool {
        if case .systemAdmin = self { true } else { false }
    }
}
