/// Which token server may receive a registry's credentials (the lesson of CVE-2026-65388: not whichever it names).
enum RealmRules {
    /// Whether credentials for `endpoint` may be sent to `realm`.
    ///
    /// The realm's host must be the registry's own host (any port), a sub-domain of it (`docker.io`, `auth.docker.io`), a
    /// parent of it with two labels or more (`registry.gitlab.com`, `gitlab.com`), or listed in
    /// `RegistryOptions.credentialRealms`. Addresses match only themselves.
    static func mayReceiveCredentials(
        _ realm: WebAddress,
        of endpoint: RegistryEndpoint,
        options: RegistryOptions
    ) -> Bool {
        let own = endpoint.host
        if realm.host == own || realm.host == endpoint.origin.host { return true }
        if options.credentialRealms[endpoint.name]?.contains(realm.host) == true { return true }
        guard !isAddress(own), !isAddress(realm.host) else { return false }
        if realm.host.hasSuffix("." + own) { return labels(own) >= 2 }
        return own.hasSuffix("." + realm.host) && labels(realm.host) >= 2
    }

    /// Whether the token server's scheme is at least as safe as the registry's.
    static func hasAllowedScheme(_ realm: WebAddress, of endpoint: RegistryEndpoint) -> Bool {
        realm.isSecure || !endpoint.origin.isSecure
    }

    private static func labels(_ host: String) -> Int { host.split(separator: ".").count }

    /// A literal address: bracketed, or with a last label that starts with a digit, as no top-level domain does.
    private static func isAddress(_ host: String) -> Bool {
        host.hasPrefix("[") || host.split(separator: ".").last?.first?.isNumber == true
    }
}
