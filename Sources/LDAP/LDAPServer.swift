/// Where a directory is, and how it is spoken to.
package struct LDAPServer: Sendable, Equatable {
    package enum Security: Sendable, Equatable {
        /// As the address says: TLS from the first byte with `ldaps://`, none with `ldap://`.
        case asAddressed
        /// `ldap://`, then TLS before anything else is said (RFC 4511, section 4.14).
        case startTLS
    }

    /// `ldap://HOST[:PORT]` or `ldaps://HOST[:PORT]`.
    package var url: String
    package var security: Security
    /// The file with the authorities that may sign its certificate; `nil` for those of the system.
    package var authorityFile: String?
    /// Seconds for the connection, and for each answer.
    package var seconds: Int

    package init(
        url: String,
        security: Security = .asAddressed,
        authorityFile: String? = nil,
        seconds: Int = 5
    ) {
        self.url = url
        self.security = security
        self.authorityFile = authorityFile
        self.seconds = seconds
    }

    /// Whether passwords go over the wire encrypted.
    package var isEncrypted: Bool { security == .startTLS || url.lowercased().hasPrefix("ldaps://") }

    /// The host's name or address in ``url``.
    var host: String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let place = rest.prefix { $0 != "/" }
        guard !place.hasPrefix("[") else { return String(place.dropFirst().prefix { $0 != "]" }) }
        return String(place.prefix { $0 != ":" })
    }

    /// Whether it is on this machine, where a connection without TLS harms nobody.
    package var isLocal: Bool {
        let rest = url.lowercased().trimmingPrefix("ldap://").trimmingPrefix("ldaps://")
        return ["localhost", "127.0.0.1", "[::1]"].contains { host in
            rest == host || rest.hasPrefix(host + ":") || rest.hasPrefix(host + "/")
        }
    }
}

/// An entry of a directory: its name, and the values of the attributes that were asked for.
package struct LDAPEntry: Sendable, Equatable {
    package var dn: String
    /// By the attribute's name in lower case; values that are no text are left out.
    package var attributes: [String: [String]]

    package init(dn: String, attributes: [String: [String]]) {
        self.dn = dn
        self.attributes = attributes
    }

    /// The values of an attribute, in whatever case its name is written.
    package func values(_ name: String) -> [String] { attributes[name.lowercased()] ?? [] }
}
