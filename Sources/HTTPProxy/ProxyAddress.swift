import Bytes

/// Reads the addresses of proxies.
enum ProxyAddress {
    /// Reads `http://user:password@host:port`; the scheme and the login may be missing, the port is then 3128.
    ///
    /// `name` says where the address stands, for messages; `login` goes before the one in the address.
    static func server(
        _ text: String,
        named name: String,
        login: HTTPProxySettings.Login?
    ) throws(HTTPProxyError) -> HTTPProxySettings.Server {
        var rest = text[...]
        if let scheme = text.firstRange(of: "://") {
            guard text[..<scheme.lowerBound].lowercased() == "http" else {
                throw HTTPProxyError("\(name): only http:// proxies can be used, not \(text[..<scheme.lowerBound])://")
            }
            rest = text[scheme.upperBound...]
        }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var ownLogin: HTTPProxySettings.Login?
        if let at = rest.lastIndex(of: "@") {
            let pair = rest[..<at]
            rest = rest[rest.index(after: at)...]
            let colon = pair.firstIndex(of: ":") ?? pair.endIndex
            guard let user = PercentEncoding.decode(pair[..<colon]),
                let password = PercentEncoding.decode(pair[colon...].dropFirst())
            else {
                throw HTTPProxyError("\(name): the user or password has a % that begins no escape; write %25")
            }
            ownLogin = .basic(user: user, password: password)
        }
        var host = rest
        var port = 3128
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { throw HTTPProxyError("\(name): it has a [ without its ]") }
            host = rest[..<end].dropFirst()
            rest = rest[rest.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw HTTPProxyError("\(name): it has no sound host") }
        } else if let colon = rest.lastIndex(of: ":") {
            host = rest[..<colon]
            rest = rest[colon...]
        } else {
            rest = ""
        }
        if rest.hasPrefix(":") {
            guard let number = Int(rest.dropFirst()), (1...65_535).contains(number) else {
                throw HTTPProxyError("\(name): the port must be a number from 1 to 65535")
            }
            port = number
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw HTTPProxyError("\(name): it names no host; write http://HOST:PORT")
        }
        return HTTPProxySettings.Server(host: String(host), port: port, login: login ?? ownLogin)
    }
}
