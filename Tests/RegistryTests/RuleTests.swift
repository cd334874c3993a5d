import ScanModel
import Testing

@testable import Registry

@Suite("Rules and headers")
struct RuleTests {
    @Test("an engine whose socket is not ours to write to is told from one that is not there")
    func closedEngine() {
        let away = ContainerEngine.silence(of: .docker, isClosed: false)
        let closed = ContainerEngine.silence(of: .podman, isClosed: true)
        #expect(away.hasPrefix("no engine answers") && away.hasSuffix("DOCKER_HOST"))
        #expect(closed.hasPrefix("permission denied") && closed.hasSuffix("CONTAINER_HOST"))
    }

    @Test("challenges are read with quotes, several in a header, and without sense")
    func challenges() {
        let two = AuthenticateChallenge.parse([
            #"Basic realm="a, \"b\"", Bearer realm="https://auth.test/token",service=reg.test , scope="repository:a:pull,push""#
        ])
        #expect(two.map(\.scheme) == ["basic", "bearer"])
        #expect(two.first?.parameters["realm"] == #"a, "b""#)
        #expect(two.last?.parameters["scope"] == "repository:a:pull,push")
        #expect(two.last?.parameters["service"] == "reg.test")
        let mixed = AuthenticateChallenge.parse(["Negotiate abc==, BEARER Realm=https://a.test/t", "Basic"])
        #expect(mixed.map(\.scheme) == ["negotiate", "bearer", "basic"])
        #expect(mixed[1].parameters["realm"] == "https://a.test/t")
        #expect(AuthenticateChallenge.parse(["", ",,,", "=x", "\"", String(repeating: "a", count: 20_000)]).isEmpty)
        let many = AuthenticateChallenge.parse([String(repeating: "a b=c,", count: 2000)])
        #expect(many.count <= AuthenticateChallenge.maxParts)
    }

    @Test("challenges of random bytes are read in bounded time and do not trap")
    func challengeFuzz() {
        var seed: UInt64 = 7
        let alphabet = Array("Bearer realm=\"\\,; abc/=\t\u{1}é".unicodeScalars)
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<40 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.unicodeScalars.append(alphabet[Int(seed >> 33) % alphabet.count])
            }
            _ = AuthenticateChallenge.parse([text])
            _ = LinkHeader.next(in: ["<\(text)>; rel=next"])
            _ = WebAddress("http://\(text)")
            _ = ContentRange(text)
            _ = RetryAfter.parse(text, unixNow: 0)
        }
    }

    @Test(
        "F39, F40: credentials go to the registry's own domain only",
        arguments: [
            ("docker.io", "https://auth.docker.io/token", true),
            ("docker.io", "https://auth.docker.io.evil.test/t", false),
            ("docker.io", "https://evildocker.io/t", false), ("index.docker.io", "https://auth.docker.io/t", true),
            ("registry.gitlab.com", "https://gitlab.com/jwt/auth", true), ("gitlab.com", "https://com/t", false),
            ("x.azurecr.io", "https://x.azurecr.io.evil.test/t", false),
            ("x.azurecr.io", "https://y.azurecr.io/t", false),
            ("reg.test:5000", "https://reg.test:5001/t", true), ("10.0.0.5:5000", "https://1.10.0.0.5/t", false),
            ("10.0.0.5", "https://0.5/t", false), ("[fd00::1]", "https://[fd00::1]/t", true),
            ("REG.test", "https://Reg.TEST./t", true), ("reg.test", "https://co.test/t", false),
        ]
    )
    func realms(registry: String, realm: String, expected: Bool) throws {
        let options = RegistryOptions()
        let endpoint = try RegistryEndpoint(registry, options: options)
        let address = try #require(WebAddress(realm))
        #expect(RealmRules.mayReceiveCredentials(address, of: endpoint, options: options) == expected)
    }

    @Test("F39: a token server without https serves only a registry without it")
    func realmScheme() throws {
        let secure = try RegistryEndpoint("reg.test", options: RegistryOptions())
        let plain = try RegistryEndpoint("localhost:5000", options: RegistryOptions())
        let realm = try #require(WebAddress("http://reg.test/token"))
        #expect(!RealmRules.hasAllowedScheme(realm, of: secure))
        #expect(RealmRules.hasAllowedScheme(realm, of: plain))
    }

    @Test("registries are found at the right server and scheme")
    func endpoints() throws {
        var options = RegistryOptions()
        options.plainHTTPHosts = ["plain.test", "other.test:81"]
        func url(_ registry: String) throws -> String {
            try RegistryEndpoint(registry, options: options).address("").text
        }
        #expect(try url("docker.io") == "https://registry-1.docker.io/v2/")
        #expect(try url("localhost") == "http://localhost/v2/")
        #expect(try url("127.0.0.1:5000") == "http://127.0.0.1:5000/v2/")
        #expect(try url("127.0.0.1.evil.test") == "https://127.0.0.1.evil.test/v2/")
        #expect(try url("plain.test:99") == "http://plain.test:99/v2/")
        #expect(try url("other.test:81") == "http://other.test:81/v2/")
        #expect(try url("other.test") == "https://other.test/v2/")
        #expect(try url("[::1]:5000") == "http://[::1]:5000/v2/")
    }

    @Test("F38, F41: a redirect never reaches nearer than the registry is, nor from https to http")
    func redirects() throws {
        #expect(
            !RedirectRules.allows(.loopback, from: .global) && !RedirectRules.allows(.privateNetwork, from: .global)
        )
        #expect(
            !RedirectRules.allows(.loopback, from: .privateNetwork) && RedirectRules.allows(.global, from: .loopback)
        )
        #expect(!RedirectRules.allows(.forbidden, from: .forbidden))
        var rules = RedirectRules(start: try #require(WebAddress("https://a.test/v2/")))
        #expect(throws: RegistryError.self) { try rules.follow("http://a.test/x", subject: "x") }
        try rules.follow("https://a.test:444/x", subject: "x")
        #expect(rules.hasLeftOrigin)
        try rules.follow("https://a.test/y", subject: "x")
        #expect(rules.hasLeftOrigin)
    }

    @Test(
        "F41: addresses have their scope",
        arguments: [
            ("8.8.8.8", AddressScope.global), ("10.1.2.3", .privateNetwork), ("172.31.0.1", .privateNetwork),
            ("172.32.0.1", .global), ("192.168.1.1", .privateNetwork), ("100.64.0.1", .privateNetwork),
            ("127.9.9.9", .loopback), ("169.254.169.254", .forbidden), ("0.0.0.0", .forbidden),
            ("224.0.0.1", .forbidden),
            ("100.100.100.200", .forbidden), ("168.63.129.16", .forbidden), ("0x7f.1", .loopback),
            ("2130706433", .loopback),
            ("[::1]", .loopback), ("[::]", .forbidden), ("[fe80::1]", .forbidden), ("[fd00::1]", .privateNetwork),
            ("[fd00:ec2::254]", .forbidden), ("[::ffff:127.0.0.1]", .loopback), ("[64:ff9b::a9fe:a9fe]", .forbidden),
            ("[2002:7f00:1::]", .loopback), ("[2001:4860:4860::8888]", .global), ("[ff02::1]", .forbidden),
            ("localhost", .loopback),
        ]
    )
    func scopes(host: String, expected: AddressScope) async throws {
        #expect(try await HostScopes.nearest(of: host) == expected)
    }

    @Test(
        "addresses that could be read in two ways are none",
        arguments: [
            "http://a@b/", "http://a b/", "http://a\\b/", "http://a%00b/", "http://é.test/", "http:a.test",
            "file:///etc",
            "http://", "http://:80/", "http://a:70000/", "http://a:+80/", "http://[::1/", "http://[::1%25eth0]/",
            "http://a/\r\nX: y", "http://a..b/", "HTTP//a",
        ]
    )
    func refusedAddresses(text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test("references are resolved against an address")
    func resolution() throws {
        let base = try #require(WebAddress("https://A.test:443/v2/x/list?n=1#f"))
        #expect(base.text == "https://a.test/v2/x/list?n=1")
        #expect(base.resolving("/y?z")?.text == "https://a.test/y?z")
        #expect(base.resolving("?n=2")?.text == "https://a.test/v2/x/list?n=2")
        #expect(base.resolving("next")?.text == "https://a.test/v2/x/next")
        #expect(base.resolving("//b.test:8/q")?.text == "https://b.test:8/q")
        #expect(base.resolving("http://b.test")?.text == "http://b.test/")
        #expect(base.resolving("") == nil)
    }

    @Test("links are found by their relation")
    func links() {
        #expect(LinkHeader.next(in: [#"</a>; rel="prev", </b?x=1,2>; title=t; rel="next""#]) == "/b?x=1,2")
        #expect(LinkHeader.next(in: ["</a>;rel=NEXT"]) == "/a")
        #expect(LinkHeader.next(in: [#"</a>; rel="first next""#]) == "/a")
        #expect(LinkHeader.next(in: ["</a>", "</a", "a; rel=next", "</a>; rel=nextish"]) == nil)
    }

    @Test("Retry-After is read as seconds and as a date")
    func retryAfter() {
        #expect(RetryAfter.parse("120", unixNow: 0) == .seconds(120))
        #expect(RetryAfter.parse("0.5", unixNow: 0) == .milliseconds(500))
        // The date is the example of RFC 9110; its seconds since 1970 are from `date -d`.
        #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", unixNow: 784_111_770) == .seconds(7))
        #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", unixNow: 2e9) == .zero)
        #expect(RetryAfter.parse("1e300", unixNow: 0) == .seconds(86_400))
        #expect(RetryAfter.parse("nan", unixNow: 0) == nil && RetryAfter.parse("", unixNow: 0) == nil)
    }

    @Test("back-off doubles, is cut, keeps to what the registry asks and to the deadline")
    func backOff() {
        var options = RegistryOptions()
        options.maxRetryAfter = .seconds(60)
        let policy = RetryPolicy(options: options)
        func delay(_ attempt: Int, asked: Duration? = nil, remaining: Duration = .seconds(300), jitter: Double = 1)
            -> Duration?
        {
            let error = RegistryError(.rateLimited, "x", isTransient: true, retryAfter: asked)
            return policy.delay(after: error, attempt: attempt, remaining: remaining, jitter: jitter)
        }
        #expect(delay(1) == .milliseconds(500) && delay(3) == .seconds(2) && delay(1, jitter: 0) == .zero)
        #expect(delay(5, asked: .seconds(86_400), jitter: 0) == .seconds(60))
        #expect(delay(6) == nil && delay(1, asked: .seconds(10), remaining: .seconds(5)) == nil)
        let final = RegistryError(.notFound, "x")
        #expect(policy.delay(after: final, attempt: 1, remaining: .seconds(9), jitter: 1) == nil)
    }

    @Test("Docker's configuration is read with its forms")
    func dockerConfig() async {
        let json = #"""
            {"auths":{"https://index.docker.io/v1/":{"auth":"YW5uOnA6dw=="},"Reg.test:5000":{"username":"u","password":"p"},
            "id.test":{"identitytoken":"tok"},"bad.test":{"auth":"!!"},"path.test/team":{"auth":"YW5uOnA6dw=="},
            "empty.test":{}}}
            """#
        let source = DockerConfigCredentials(json: Array(json.utf8))
        #expect(await source.credential(for: "docker.io")?.password == "p:w")
        #expect(await source.credential(for: "registry-1.docker.io")?.username == "ann")
        #expect(await source.credential(for: "reg.test:5000")?.username == "u")
        #expect(await source.credential(for: "id.test")?.identityToken == "tok")
        for host in ["reg.test", "x.reg.test:5000", "bad.test", "path.test", "docker.io.evil.test", "empty.test"] {
            #expect(await source.credential(for: host) == nil, "\(host)")
        }
        #expect(source.problems.count == 2)
        #expect(DockerConfigCredentials(json: Array("nonsense".utf8)).problems.count == 1)
        #expect(DockerConfigCredentials(json: Array("{}".utf8)).problems.isEmpty)
    }
}
