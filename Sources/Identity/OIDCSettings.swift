/// Whose bearer tokens are taken (OpenID Connect, RFC 9068), and what they make of their bearers.
package struct OIDCSettings: Sendable, Equatable {
    /// The issuer's address, as its tokens and its discovery document state it; with Azure AD for several tenants that of
    /// `organizations` or `common`.
    package var issuer: String
    /// A token is taken where it names one of these as its audience.
    package var audiences: [String]
    /// The claims that the bearer's name is taken from: the first that is there.
    package var nameClaims = ["preferred_username", "email", "upn", "sub"]
    /// The claims that hold groups or roles, a text or a list each; a dot leads into an object.
    package var groupClaims = ["roles", "groups"]
    package var roles: RoleMapping
    /// The account of bearers whose role names none.
    package var account: String
    /// A claim that names the account, which goes before both.
    package var accountClaim: String?
    /// Domains of Google Workspace (`hd`) or of e-mail addresses that have been verified; empty for all.
    package var domains: Set<String> = []
    /// Tenants of Azure AD (`tid`); needed where the issuer is that of several.
    package var tenants: Set<String> = []
    /// The file with authorities that may sign the issuer's certificate beside those of the system.
    package var authorityFile: String?

    package init(issuer: String, audiences: [String], roles: RoleMapping, account: String) {
        self.issuer = issuer
        self.audiences = audiences
        self.roles = roles
        self.account = account
    }

    /// Whether an issuer may be at this address: `https`, or this machine itself.
    package static func isAddress(_ text: String) -> Bool { SafeAddress.isSafe(text) }
}
