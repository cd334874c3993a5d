/// Which requests go through an HTTP proxy, and through which one.
///
/// Read from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case, as other programs read them, or from a
/// setting of our own that stands in for all of them.
package struct HTTPProxySettings: Sendable, Equatable {
    /// A proxy that takes the CONNECT method (RFC 9110, section 9.3.6), for plain HTTP as well.
    package struct Server: Sendable, Hashable {
        package var host: String
        package var port: Int
        package var login: Login?

        package init(host: String, port: Int, login: Login? = nil) {
            self.host = host
            self.port = port
            self.login = login
        }
    }

    /// What the proxy is told in `Proxy-Authorization`.
    package enum Login: Sendable, Hashable {
        case basic(user: String, password: String)
        case bearer(token: String)
    }

    /// No proxy at all.
    package static let none = HTTPProxySettings()

    private var http: Server?
    private var https: Server?
    private var exceptions = ProxyExceptions("")

    private init() {}

    /// Reads the environment, or what stands in for it.
    ///
    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - proxy: the address of a proxy for everything, or `direct` for none whatever the environment says.
    ///   - exceptions: hosts that are reached without it, in place of `NO_PROXY`.
    ///   - token: a bearer token for the proxy, in place of a user and password in its address.
    /// - Throws: `HTTPProxyError` for an address that cannot be used; a password is never part of it.
    package init(
        environment: [String: String],
        proxy: String? = nil,
        exceptions: String? = nil,
        token: String? = nil
    ) throws(HTTPProxyError) {
        func variable(_ name: String) -> String? {
            [environment[name.lowercased()], environment[name]].compactMap(\.self).first { !$0.isEmpty }
        }
        self.exceptions = ProxyExceptions(exceptions ?? variable("NO_PROXY") ?? "")
        let login = token.flatMap { $0.isEmpty ? nil : Login.bearer(token: $0) }
        if let proxy {
            guard proxy.lowercased() != "direct" else { return }
            http = try ProxyAddress.server(proxy, named: "the setting proxy", login: login)
            https = http
            return
        }
        for (name, isTLS) in [("HTTP_PROXY", false), ("HTTPS_PROXY", true)] {
            guard let found = [name, "ALL_PROXY"].first(where: { variable($0) != nil }), let text = variable(found)
            else { continue }
            let server = try ProxyAddress.server(text, named: found, login: login)
            if isTLS { https = server } else { http = server }
        }
    }

    /// The proxy for a server; nil where it is reached directly, as this machine itself always is.
    package func server(isTLS: Bool, host: String, port: Int) -> Server? {
        guard let server = isTLS ? https : http else { return nil }
        return exceptions.contains(host: host, port: port) ? nil : server
    }

    /// All proxies that may be used.
    var servers: Set<Server> { Set([http, https].compactMap(\.self)) }
}

/// A proxy's address cannot be used.
package struct HTTPProxyError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, without the password.
    package let message: String
    package var description: String { message }

    init(_ message: String) { self.message = message }
}
