import Bytes

/// Where the server is and how a connection to it behaves.
package struct RedisConfiguration: Sendable, Equatable {
    /// How the server is reached.
    package enum Address: Sendable, Hashable, CustomStringConvertible {
        case tcp(host: String, port: Int)
        case unix(path: String)

        package var description: String {
            switch self {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }

    /// How the server is reached.
    package var address: Address
    /// Other servers of the same cluster, asked where the first one does not answer.
    package var alternatives: [Address] = []
    /// How the server proves itself; nil for a connection without TLS.
    package var tls: RedisTLS?
    /// The user of an access control list (Redis 6 and later), if not the default one.
    package var user: String?
    /// The password, if the server wants one.
    package var password: String?
    /// The number of the database.
    package var database = 0
    /// How long to wait for the server to accept a connection.
    package var connectTimeout = Duration.seconds(5)
    /// How long to wait for a reply where the command does not say.
    package var commandTimeout = Duration.seconds(10)
    /// The pauses between attempts to connect again: the first, doubled after each failure up to the last.
    package var reconnectPause = Duration.milliseconds(50)...Duration.seconds(2)
    /// What one reply may hold.
    package var limits = RedisLimits()

    /// Reads an address such as `redis://user:password@host:6379/0`, `rediss://host?ca=/etc/redis-ca.pem`,
    /// `redis://one:7000,two:7000` or `unix:///run/redis.sock?db=1`.
    ///
    /// User and password may be percent-encoded. The port is 6379 and the database 0 where they are left out. Several hosts
    /// are servers of one cluster; one is enough, the others are for when it is away. `rediss` is TLS: `ca`, `cert`, `key`
    /// name PEM files and `name` the server, where its certificate has another name than the address.
    ///
    /// - Throws: `invalidAddress` with what is wrong; the password is never part of the message.
    package init(url: String) throws(RedisError) {
        guard let scheme = url.firstRange(of: "://") else { throw Self.invalid("it has no scheme such as redis://") }
        var rest = url[scheme.upperBound...]
        let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] }
        if let mark = rest.firstIndex(of: "?") { rest = rest[..<mark] }
        var database: String?
        var tls = RedisTLS()
        var hasTLSOption = false
        for item in query?.split(separator: "&") ?? [] {
            let equals = item.firstIndex(of: "=") ?? item.endIndex
            let value = try Self.decoded(item[equals...].dropFirst())
            switch item[..<equals] {
            case "db": database = value
            case "ca": tls.authorityFile = value
            case "cert": tls.certificateFile = value
            case "key": tls.keyFile = value
            case "name": tls.serverName = value
            default:
                // Not what it says: a question mark in a password begins no options.
                throw Self.invalid("its options are db, ca, cert, key and name; in a password ? is written %3F")
            }
            if item[..<equals] != "db" { hasTLSOption = true }
        }
        let pathStart = rest.firstIndex(of: "/") ?? rest.endIndex
        var authority = rest[..<pathStart]
        let path = rest[pathStart...]
        if let at = authority.lastIndex(of: "@") {
            let login = authority[..<at]
            authority = authority[authority.index(after: at)...]
            let colon = login.firstIndex(of: ":") ?? login.endIndex
            user = try Self.decoded(login[..<colon])
            password = try Self.decoded(login[colon...].dropFirst())
        }
        switch url[..<scheme.lowerBound] {
        case "redis", "rediss":
            // Without any host it is this machine's.
            let hosts = authority.split(separator: ",", omittingEmptySubsequences: false)
            guard hosts.count == 1 || !hosts.contains("") else { throw Self.invalid("one of its hosts has no name") }
            address = try Self.tcpAddress(hosts.first ?? "")
            for host in hosts.dropFirst() { alternatives.append(try Self.tcpAddress(host)) }
            if path.count > 1 { database = String(path.dropFirst()) }
            if url[..<scheme.lowerBound] == "rediss" { self.tls = tls }
        case "unix", "redis+unix":
            guard authority.isEmpty, path.count > 1 else { throw Self.invalid("a socket is written unix:///its/path") }
            address = .unix(path: String(path))
        default:
            throw Self.invalid("its scheme is none of redis://, rediss:// and unix://")
        }
        guard !hasTLSOption || self.tls != nil else {
            throw Self.invalid("ca, cert, key and name are for TLS, which is written rediss://")
        }
        if let database {
            guard let number = Int(database), (0...65_535).contains(number) else {
                throw Self.invalid("the database must be a number; in a password / is written %2F")
            }
            self.database = number
        }
    }

    private static func tcpAddress(_ authority: Substring) throws(RedisError) -> Address {
        var host = authority
        var port = 6379
        if authority.hasPrefix("[") {
            guard let end = authority.lastIndex(of: "]") else { throw invalid("it has a [ without its ]") }
            host = authority[..<end].dropFirst()
            let tail = authority[authority.index(after: end)...]
            if !tail.isEmpty { port = try portNumber(tail) }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            port = try portNumber(authority[colon...])
        }
        return .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
    }

    private static func portNumber(_ text: Substring) throws(RedisError) -> Int {
        guard text.hasPrefix(":"), let port = Int(text.dropFirst()), (1...65_535).contains(port) else {
            throw invalid(
                "the port must be a number from 1 to 65535; in a password : / ? # @ are written %3A %2F %3F %23 %40"
            )
        }
        return port
    }

    private static func decoded(_ text: Substring) throws(RedisError) -> String? {
        guard !text.isEmpty else { return nil }
        guard let decoded = PercentEncoding.decode(text) else {
            throw invalid("the user or password has a % that begins no escape; write %25")
        }
        return decoded
    }

    private static func invalid(_ reason: String) -> RedisError {
        RedisError(.invalidAddress, "the address cannot be used: \(reason)")
    }
}

/// What one reply may hold before the connection is dropped.
package struct RedisLimits: Sendable, Equatable {
    /// Most bytes of one reply.
    package var maxReplyBytes = 64 * 1024 * 1024

    package init() {}
}
