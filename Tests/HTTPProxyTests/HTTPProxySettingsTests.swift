import Testing

@testable import HTTPProxy

@Suite("Proxy settings")
struct HTTPProxySettingsTests {
    private static let variables = ["HTTPS_PROXY": "http://secure:8443", "http_proxy": "plain"]

    private func settings(_ exceptions: String) throws -> HTTPProxySettings {
        try HTTPProxySettings(environment: Self.variables.merging(["NO_PROXY": exceptions]) { $1 })
    }

    @Test("Each scheme has the proxy of its variable, in either case")
    func schemes() throws {
        let settings = try settings("")
        #expect(settings.server(isTLS: true, host: "a.test", port: 443)?.host == "secure")
        #expect(settings.server(isTLS: true, host: "a.test", port: 443)?.port == 8443)
        #expect(settings.server(isTLS: false, host: "a.test", port: 80) == .init(host: "plain", port: 3128))
        #expect(HTTPProxySettings.none.server(isTLS: true, host: "a.test", port: 443) == nil)
    }

    @Test(
        "NO_PROXY names hosts with those below them, addresses, networks and ports",
        arguments: [
            ("example.test", "example.test", 443, true), ("example.test", "a.b.example.test", 443, true),
            ("example.test", "badexample.test", 443, false), (".example.test", "a.example.test", 443, true),
            ("*.example.test", "a.example.test", 443, true), ("Example.TEST", "EXAMPLE.test.", 443, true),
            ("other.test, example.test", "example.test", 443, true), ("example.test:5000", "example.test", 5000, true),
            ("example.test:5000", "example.test", 443, false), ("*", "anything", 1, true), ("", "anything", 1, false),
            ("10.0.0.0/8", "10.200.1.1", 443, true), ("10.0.0.0/8", "11.0.0.1", 443, false),
            ("10.0.0.128/25", "10.0.0.127", 443, false), ("10.0.0.128/25", "10.0.0.129", 443, true),
            ("10.1.2.3", "10.1.2.3", 443, true), ("10.1.2.3:5000", "10.1.2.3", 5000, true),
            ("10.1.2.3:5000", "10.1.2.3", 443, false), ("2001:db8::/32", "2001:db8:1::1", 443, true),
            ("2001:db8::/32", "[2001:db9::1]", 443, false), ("10.0.0.0/99", "10.0.0.1", 443, false),
            (",,", "a", 443, false), (".", "a", 443, false),
        ]
    )
    func exceptions(_ list: String, _ host: String, _ port: Int, _ isDirect: Bool) throws {
        #expect((try settings(list).server(isTLS: true, host: host, port: port) == nil) == isDirect)
    }

    @Test(
        "This machine is never reached through a proxy",
        arguments: ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]
    )
    func loopback(_ host: String) throws {
        #expect(try settings("").server(isTLS: true, host: host, port: 443) == nil)
    }

    @Test("A setting of our own goes before the environment, and `direct` means no proxy")
    func own() throws {
        let own = try HTTPProxySettings(environment: Self.variables, proxy: "own:1", exceptions: "x.test")
        #expect(own.server(isTLS: false, host: "a.test", port: 80)?.host == "own")
        #expect(own.server(isTLS: true, host: "x.test", port: 80) == nil)
        let none = try HTTPProxySettings(environment: Self.variables, proxy: "direct")
        #expect(none.server(isTLS: true, host: "a.test", port: 443) == nil)
    }

    @Test("A login is decoded, and a bearer token goes before it")
    func logins() throws {
        let basic = try ProxyAddress.server("http://us%40er:p%3Aw:d@[2001:db8::1]:99/", named: "x", login: nil)
        #expect(basic == .init(host: "2001:db8::1", port: 99, login: .basic(user: "us@er", password: "p:w:d")))
        let bearer = try HTTPProxySettings(environment: [:], proxy: "http://u:p@host", token: "t")
        #expect(bearer.server(isTLS: true, host: "a.test", port: 443)?.login == .bearer(token: "t"))
    }

    @Test(
        "An address that cannot be used is refused without its password",
        arguments: [
            "https://u:secret@host:1", "socks5://u:secret@host", "http://u:secret@", "http://u:secret@host:0",
            "http://u:secret@host:99999", "http://u:secret%zz@host", "http://u:secret%+1@host", "http://u:secret@[::1",
            "http://u:secret@ho st",
            "u:secret@[::1]x",
        ]
    )
    func refused(_ text: String) {
        let error = #expect(throws: HTTPProxyError.self) { try HTTPProxySettings(environment: [:], proxy: text) }
        #expect(error?.message.contains("secret") == false)
    }
}
