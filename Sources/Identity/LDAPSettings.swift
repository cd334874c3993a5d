package import LDAP

/// Which directory is asked about users and passwords, and how.
package struct LDAPSettings: Sendable, Equatable {
    /// How a user's entry is found.
    package enum Finding: Sendable, Equatable {
        /// The name that a user binds with is made of what was typed: `uid={user},ou=people,dc=example,dc=org`, or
        /// `{user}@corp.example` for Active Directory.
        case template(String)
        /// The entry is searched for, by a service user or anonymously; then the user binds with its name.
        case search(bindDN: String?, password: String?)
    }

    package var server: LDAPServer
    package var finding: Finding
    /// Where users are, and the filter that finds one.
    ///
    /// With a template they serve to read the entry.
    package var userBase: String?
    package var userFilter = "(uid={user})"
    /// The attribute of a user's entry that names its groups.
    package var groupAttribute = "memberOf"
    /// Where groups are, for directories whose users' entries do not name them: `(member={dn})`.
    package var groupBase: String?
    package var groupFilter = "(member={dn})"
    package var roles: RoleMapping
    package var account: String

    package init(server: LDAPServer, finding: Finding, roles: RoleMapping, account: String) {
        self.server = server
        self.finding = finding
        self.roles = roles
        self.account = account
    }
}
