import AnchoreAPI
import ArgumentParser
import Foundation
import HTTPProxy
import Identity
import LDAP
import Logging

/// Who beside the users of the database may log in, as `serve` and `up` take it.
struct IdentityOptions: ParsableArguments {
    @Option(help: "Take bearer tokens (JWT) of this OpenID Connect issuer: its address.") var oidcIssuer: String?
    @Option(help: "Audiences, separated by commas; a token has to name one.") var oidcAudience: String?
    @Option(
        help:
            "GROUP=ROLE[@ACCOUNT], separated by semicolons; * is everybody. Roles: read-only, scanner, policy-editor, admin."
    )
    var oidcRoles: String?
    @Option(help: "The account of bearers whose rule names none (default: admin).") var oidcAccount: String?
    @Option(help: "A claim that names the account.") var oidcAccountClaim: String?
    @Option(help: "Claims with the bearer's name, the first that is there (default: preferred_username,email,upn,sub).")
    var oidcNameClaims: String?
    @Option(help: "Claims with groups or roles; a.b leads into an object (default: roles,groups).")
    var oidcGroupClaims: String?
    @Option(help: "Domains that may get in: Google's hd, or those of verified e-mail addresses.") var oidcDomains:
        String?
    @Option(help: "Tenants of Azure AD that may get in; needed with the issuers common and organizations.")
    var oidcTenants: String?
    @Option(help: "A file with the authority of the issuer's certificate.") var oidcCa: String?

    @Option(
        help: "Check the passwords of others in this directory: ldaps://HOST[:PORT], or ldap:// with --ldap-start-tls."
    )
    var ldapUrl: String?
    @Flag(help: "Begin TLS before anything is said.") var ldapStartTls = false
    @Option(help: "A file with the authority of the directory's certificate.") var ldapCa: String?
    @Option(help: "What a user binds as, {user} being what was typed: uid={user},ou=people,dc=example,dc=org")
    var ldapUserDn: String?
    @Option(
        help:
            "Without --ldap-user-dn: who searches for the user; its password is TALLYMAN_LDAP_BIND_PASSWORD, or in the file of TALLYMAN_LDAP_BIND_PASSWORD_FILE."
    )
    var ldapBindDn: String?
    @Option(help: "Where users are searched for.") var ldapUserBase: String?
    @Option(help: "How a user is found (default: (uid={user}); Active Directory: (sAMAccountName={user})).")
    var ldapUserFilter: String?
    @Option(help: "The attribute with a user's groups (default: memberOf).") var ldapGroupAttribute: String?
    @Option(help: "Where groups are searched for, if the user's entry does not name them.") var ldapGroupBase: String?
    @Option(help: "How groups are found (default: (member={dn}); {user} is what was typed).") var ldapGroupFilter:
        String?
    @Option(
        help: "GROUP=ROLE[@ACCOUNT], separated by semicolons; a group by its DN, or by its cn below --ldap-group-base."
    )
    var ldapRoles: String?
    @Option(help: "The account of users whose rule names none (default: admin).") var ldapAccount: String?

    /// What was given, by the names of the settings.
    var given: [String: String] {
        let texts = [
            "oidc-issuer": oidcIssuer, "oidc-audience": oidcAudience, "oidc-roles": oidcRoles,
            "oidc-account": oidcAccount, "oidc-account-claim": oidcAccountClaim, "oidc-name-claims": oidcNameClaims,
            "oidc-group-claims": oidcGroupClaims, "oidc-domains": oidcDomains, "oidc-tenants": oidcTenants,
            "oidc-ca": oidcCa, "ldap-url": ldapUrl, "ldap-ca": ldapCa, "ldap-user-dn": ldapUserDn,
            "ldap-bind-dn": ldapBindDn, "ldap-user-base": ldapUserBase, "ldap-user-filter": ldapUserFilter,
            "ldap-group-attribute": ldapGroupAttribute, "ldap-group-base": ldapGroupBase,
            "ldap-group-filter": ldapGroupFilter, "ldap-roles": ldapRoles, "ldap-account": ldapAccount,
            "ldap-start-tls": ldapStartTls ? "true" : nil,
        ]
        return texts.compactMapValues(\.self)
    }
}

extension ServerSettings {
    /// The issuer whose tokens are taken; `nil` for none.
    func issuer(logger: Logger) throws -> OIDCIssuer? {
        guard let address = self["oidc-issuer"] else { return nil }
        guard OIDCSettings.isAddress(address) else {
            throw UsageError("oidc-issuer must be an https address (http for this machine alone), not \(address)")
        }
        guard let audiences = words("oidc-audience"), !audiences.isEmpty else {
            throw UsageError("oidc-audience is needed with oidc-issuer: whom its tokens are for")
        }
        var settings = OIDCSettings(
            issuer: address,
            audiences: audiences,
            roles: try roles("oidc-roles", ignoresCase: false),
            account: self["oidc-account"] ?? AccountRecord.first
        )
        settings.accountClaim = self["oidc-account-claim"]
        settings.nameClaims = words("oidc-name-claims") ?? settings.nameClaims
        settings.groupClaims = words("oidc-group-claims") ?? settings.groupClaims
        settings.domains = Set((words("oidc-domains") ?? []).map { $0.lowercased() })
        settings.tenants = Set((words("oidc-tenants") ?? []).map { $0.lowercased() })
        settings.authorityFile = try readable("oidc-ca")
        return OIDCIssuer(settings, proxies: try ProxySettings.read(), logger: logger)
    }

    /// The directory that is asked about passwords; `nil` for none.
    func directory(logger: Logger) throws -> LDAPDirectory? {
        guard let url = self["ldap-url"] else { return nil }
        // The library takes several, of which the second might be another kind.
        guard url.hasPrefix("ldap://") || url.hasPrefix("ldaps://"), !url.contains(where: { " ,".contains($0) }) else {
            throw UsageError("ldap-url must be one address that begins with ldaps:// or ldap://")
        }
        let server = LDAPServer(
            url: url,
            security: try isOn("ldap-start-tls") ? .startTLS : .asAddressed,
            authorityFile: try readable("ldap-ca")
        )
        guard server.isEncrypted || server.isLocal else {
            throw UsageError("passwords would go to \(url) as they are: use ldaps://, or ldap-start-tls")
        }
        var settings = LDAPSettings(
            server: server,
            finding: try finding(),
            roles: try roles("ldap-roles", ignoresCase: true),
            account: self["ldap-account"] ?? AccountRecord.first
        )
        settings.userBase = self["ldap-user-base"]
        settings.userFilter = self["ldap-user-filter"] ?? settings.userFilter
        settings.groupAttribute = self["ldap-group-attribute"] ?? settings.groupAttribute
        settings.groupBase = self["ldap-group-base"]
        settings.groupFilter = self["ldap-group-filter"] ?? settings.groupFilter
        return try LDAPDirectory(settings, logger: logger)
    }

    private func finding() throws -> LDAPSettings.Finding {
        if let template = self["ldap-user-dn"] {
            guard template.contains("{user}") else { throw UsageError("ldap-user-dn must hold {user}") }
            return .template(template)
        }
        guard self["ldap-user-base"] != nil else {
            throw UsageError("ldap-url needs ldap-user-dn, or ldap-user-base to search in")
        }
        let password = try secret("ldap-bind-password")
        guard (self["ldap-bind-dn"] == nil) == (password == nil) else {
            throw UsageError("ldap-bind-dn and TALLYMAN_LDAP_BIND_PASSWORD go together")
        }
        return .search(bindDN: self["ldap-bind-dn"], password: password)
    }

    private func roles(_ name: String, ignoresCase: Bool) throws -> RoleMapping {
        let mapping: RoleMapping
        do { mapping = try RoleMapping(self[name] ?? "", ignoresCase: ignoresCase) } catch {
            throw UsageError("\(name): \(error)")
        }
        guard !mapping.isEmpty else { throw UsageError("\(name) is needed: GROUP=ROLE[@ACCOUNT]; …") }
        return mapping
    }

    private func readable(_ name: String) throws -> String? {
        guard let path = self[name] else { return nil }
        try UserFile.checkReadable(path)
        return path
    }
}
