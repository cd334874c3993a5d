package import AnchoreAPI
import Postgres

/// Who a request comes from, as the database knows it.
package struct Principal: Sendable {
    package var user: UserRecord
    package var account: AccountRecord
    /// The stored hash; `nil` for a user without a password.
    package var passwordHash: String?
    /// What may be done: the user's role, or a token's where that is less.
    package var role: AccessRole
    /// What it is known by.
    package var proof = Proof.password

    /// How somebody has proved who they are.
    package enum Proof: Sendable {
        case password
        /// A token of ours.
        case token
        /// A token or password that another system vouches for; there is no such user in the database.
        case external
    }

    /// Somebody whom another system vouches for.
    package init(external name: String, account: AccountRecord, role: AccessRole) {
        user = UserRecord(
            name: name,
            account: account.name,
            kind: "external",
            role: role,
            hasPassword: false,
            createdAt: account.createdAt,
            updatedAt: account.updatedAt
        )
        self.account = account
        self.role = role
        proof = .external
    }

    init(user: UserRecord, account: AccountRecord, passwordHash: String?, role: AccessRole, proof: Proof) {
        self.user = user
        self.account = account
        self.passwordHash = passwordHash
        self.role = role
        self.proof = proof
    }

    /// Whether it may act in every account and on the system.
    package var isSystemAdmin: Bool { account.kind == .admin && role == .admin }
}

/// An account as a view of the fleet.
package struct AccountScope: Hashable, Sendable {
    package var account: String
    /// Accounts of type admin see every image of the fleet, others what they added.
    package var seesFleet: Bool

    package init(account: String, seesFleet: Bool) {
        self.account = account
        self.seesFleet = seesFleet
    }

    /// Whose credentials open registries for it: `nil` for the fleet's.
    package var reader: String? { seesFleet ? nil : account }
}

extension Store {
    static let accountColumns = """
        accounts.name, accounts.email, accounts.kind, accounts.state, \(AnchoreSQL.time("accounts.created_at")),
            \(AnchoreSQL.time("accounts.last_updated"))
        """
    static let userColumns = """
        users.name, users.account, users.kind, users.role, \(AnchoreSQL.time("users.created_at")),
            \(AnchoreSQL.time("users.last_updated")), users.password IS NOT NULL
        """

    /// The user of this name, with its account.
    package func principal(user: String) async throws -> Principal? {
        guard !user.utf8.contains(0) else { return nil }
        return try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.userColumns), \(Self.accountColumns), users.password, users.role
                FROM users JOIN accounts ON accounts.name = users.account WHERE users.name = $1
                """,
                [.text(user)]
            ).first.map { try Self.principal($0) }
        }
    }

    static func principal(_ row: PostgresRow, proof: Principal.Proof = .password) throws -> Principal {
        let user = try user(row)
        return Principal(
            user: user,
            account: try account(row, from: 7),
            passwordHash: try row.optionalString(13),
            role: min(user.role, AccessRole(rawValue: try row.string(14)) ?? .readOnly),
            proof: proof
        )
    }

    private static func account(_ row: PostgresRow, from column: Int) throws -> AccountRecord {
        AccountRecord(
            name: try row.string(column),
            email: try row.optionalString(column + 1),
            kind: AccountRecord.Kind(rawValue: try row.string(column + 2)) ?? .user,
            state: AccountRecord.State(rawValue: try row.string(column + 3)) ?? .disabled,
            createdAt: try row.string(column + 4),
            updatedAt: try row.string(column + 5)
        )
    }

    private static func user(_ row: PostgresRow) throws -> UserRecord {
        UserRecord(
            name: try row.string(0),
            account: try row.string(1),
            kind: try row.string(2),
            role: AccessRole(rawValue: try row.string(3)) ?? .readOnly,
            hasPassword: try row.bool(6),
            createdAt: try row.string(4),
            updatedAt: try row.string(5)
        )
    }

    /// Makes the user `admin` where there is none yet; `false` where it was there.
    package func createFirstAdmin(passwordHash: String) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                """
                INSERT INTO users (name, account, role, password, password_set_at)
                VALUES ('admin', 'admin', 'admin', $1, now()) ON CONFLICT (name) DO NOTHING
                """,
                [.text(passwordHash)]
            ).affected == 1
        }
    }

    /// All accounts, the oldest first.
    package func accounts() async throws -> [AccountRecord] {
        try await pool.run { session in
            try session.execute("SELECT \(Self.accountColumns) FROM accounts ORDER BY created_at, name").map {
                try Self.account($0, from: 0)
            }
        }
    }

    /// The account of that name; `nil` where there is none.
    package func account(_ name: String) async throws -> AccountRecord? {
        try await pool.run { session in
            try session.execute("SELECT \(Self.accountColumns) FROM accounts WHERE name = $1", [.text(name)]).first
                .map { try Self.account($0, from: 0) }
        }
    }

    /// Makes an account with its first policy bundle; `nil` where the name is taken.
    package func addAccount(_ name: String, email: String?, policy: PolicyRecord) async throws -> AccountRecord? {
        let isNew = try await pool.transaction { session -> Bool in
            let added = try session.execute(
                """
                INSERT INTO accounts (name, email, kind, state) VALUES ($1, $2, 'user', 'enabled')
                ON CONFLICT (name) DO NOTHING
                """,
                [.text(name), .text(email)]
            ).affected
            if added == 1 { try Self.insert(policy, session) }
            return added == 1
        }
        return isNew ? try await account(name) : nil
    }

    /// Changes an account's state where it is one of `expected`; `false` where it is not.
    package func setState(
        of account: String,
        to state: AccountRecord.State,
        from expected: [AccountRecord.State]
    ) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                "UPDATE accounts SET state = $2, last_updated = now() WHERE name = $1 AND state = ANY($3::text[])",
                [.text(account), .text(state.rawValue), .textArray(expected.map(\.rawValue))]
            ).affected == 1
        }
    }

    /// Removes an account with everything that is its own; images stay in the fleet.
    package func removeAccount(_ name: String) async throws {
        try await pool.run { _ = try $0.execute("DELETE FROM accounts WHERE name = $1", [.text(name)]) }
    }

    /// The users of an account, the oldest first.
    package func users(of account: String) async throws -> [UserRecord] {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.userColumns) FROM users WHERE account = $1 ORDER BY created_at, name",
                [.text(account)]
            ).map(Self.user)
        }
    }

    /// A user of the account; `nil` where it has none of that name.
    package func user(_ name: String, of account: String) async throws -> UserRecord? {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.userColumns) FROM users WHERE account = $1 AND name = $2",
                [.text(account), .text(name)]
            ).first.map(Self.user)
        }
    }

    /// `nil` where the name is taken, by whatever account.
    package func addUser(
        _ name: String,
        to account: String,
        passwordHash: String,
        role: AccessRole
    ) async throws -> UserRecord? {
        let added = try await pool.run { session in
            try session.execute(
                """
                INSERT INTO users (name, account, role, password, password_set_at) VALUES ($1, $2, $3, $4, now())
                ON CONFLICT (name) DO NOTHING
                """,
                [.text(name), .text(account), .text(role.rawValue), .text(passwordHash)]
            ).affected
        }
        return added == 1 ? try await user(name, of: account) : nil
    }

    /// Removes a user; `false` where the account has none of that name.
    package func removeUser(_ name: String, of account: String) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                "DELETE FROM users WHERE account = $1 AND name = $2",
                [.text(account), .text(name)]
            ).affected == 1
        }
    }

    /// Sets a user's password and ends its tokens; the time it was set, `nil` where there is no such user.
    package func setPassword(of user: String, account: String, hash: String) async throws -> String? {
        try await setPassword(of: user, account: account, storing: .text(hash))
    }

    /// Takes a user's password away and ends its tokens.
    package func removePassword(of user: String, account: String) async throws {
        _ = try await setPassword(of: user, account: account, storing: .null)
    }

    private func setPassword(of user: String, account: String, storing hash: PostgresValue) async throws -> String? {
        try await pool.transaction { session in
            _ = try session.execute(
                """
                DELETE FROM api_tokens USING users
                WHERE users.name = api_tokens.user_name AND users.account = $1 AND users.name = $2
                """,
                [.text(account), .text(user)]
            )
            return try session.execute(
                """
                UPDATE users SET password = $3, password_set_at = now(), last_updated = now()
                WHERE account = $1 AND name = $2 RETURNING \(AnchoreSQL.time("password_set_at"))
                """,
                [.text(account), .text(user), hash]
            ).first?.string(0)
        }
    }
}
