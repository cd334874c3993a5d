import Redis
import Testing

@Suite("Redis addresses")
struct RedisConfigurationTests {
    @Test(
        "An address is read with its defaults",
        arguments: [
            ("redis://host", RedisConfiguration.Address.tcp(host: "host", port: 6379), 0),
            ("redis://host:7000/3", .tcp(host: "host", port: 7000), 3),
            ("redis://", .tcp(host: "127.0.0.1", port: 6379), 0),
            ("redis://[::1]:7000", .tcp(host: "::1", port: 7000), 0),
            ("redis://[::1]", .tcp(host: "::1", port: 6379), 0),
            ("unix:///run/redis.sock", .unix(path: "/run/redis.sock"), 0),
            ("unix:///run/redis.sock?db=2", .unix(path: "/run/redis.sock"), 2),
        ]
    )
    func addresses(_ url: String, _ address: RedisConfiguration.Address, _ database: Int) throws {
        let configuration = try RedisConfiguration(url: url)
        #expect(configuration.address == address)
        #expect(configuration.database == database)
        #expect(configuration.password == nil)
    }

    @Test("User and password are read and decoded")
    func logins() throws {
        let both = try RedisConfiguration(url: "redis://user:p%40ss:w@host/1")
        #expect(both.user == "user")
        #expect(both.password == "p@ss:w")
        let password = try RedisConfiguration(url: "redis://:secret@host")
        #expect(password.user == nil)
        #expect(password.password == "secret")
    }

    @Test("TLS and the servers of a cluster are read from the address")
    func tlsAndCluster() throws {
        let tls = try RedisConfiguration(url: "rediss://u:p@host/1?ca=/a%20b.pem&cert=/c&key=/k&name=n")
        #expect(tls.tls?.authorityFile == "/a b.pem" && tls.tls?.certificateFile == "/c" && tls.tls?.keyFile == "/k")
        #expect(tls.tls?.serverName == "n" && tls.database == 1)
        #expect(try RedisConfiguration(url: "rediss://host").tls == RedisTLS())
        let cluster = try RedisConfiguration(url: "redis://:p@one:1,[::1]:2,three")
        #expect(cluster.tls == nil && cluster.address == .tcp(host: "one", port: 1))
        #expect(cluster.alternatives == [.tcp(host: "::1", port: 2), .tcp(host: "three", port: 6379)])
    }

    @Test(
        "An address that cannot be used is refused without showing its password",
        arguments: [
            "", "host", "http://host", "redis://:secret@host?ca=/x", "redis://:secret@host:0",
            "redis://:secret@host:99999",
            "redis://:secret@host/x", "redis://u:a?secret@host", "redis://u:a:/secret@host", "redis://u:a/secret@host",
            "redis://:secret@host?ssl=1", "redis://:secret%zz@host", "redis://:secret%+1@host", "unix://:secret@host",
            "unix://", "redis://:secret@host/-1", "://", "redis://[::1", "redis://host:", "redis://:secret@one,,two",
            "mysql://u:secret@host/db", "postgres://u:secret@host/db",
        ]
    )
    func refused(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidAddress)
        #expect(error?.message.contains("secret") == false)
    }
}
