import AnchoreAPI
import Foundation
import HTTPProxy
import NIOCore
import Notifications
import Registry
import ScanModel
import TallymanTesting
import Testing

@testable import Notifier

@Suite("Sending to endpoints")
struct SenderTests {
    private static func event(_ type: SubscriptionType = .tagUpdate) -> NotificationEvent {
        NotificationEvent.test(type, account: "admin", email: "", key: "key-1", now: 1_790_000_000)
    }

    private static func sender(_ change: (inout SenderOptions) -> Void = { _ in }) -> MessageSender {
        var options = SenderOptions()
        options.rules.allowsPrivate = true
        options.timeout = .seconds(5)
        change(&options)
        return MessageSender(box: nil, options: options)
    }

    private static func failure(_ url: String, _ sender: MessageSender) async throws -> DeliveryError {
        var address = ChannelAddress(kind: .webhook, url: url)
        address.secret = "k"
        do { try await sender.send(event(), to: address) } catch let error as DeliveryError { return error }
        Issue.record("\(url) was taken")
        throw CancellationError()
    }

    @Test("A message arrives whole, with its key and its signature")
    func arrives() async throws {
        let server = try FaultServer { _, _ in .reply(204) }
        defer { server.stop() }
        var address = ChannelAddress(kind: .webhook, url: "\(server.url)/hook?a=b")
        address.secret = "k"
        try await Self.sender().send(Self.event(), to: address)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.target == "/hook?a=b" && request.headers["host"] == server.host)
        #expect(request.headers["idempotency-key"] == "key-1" && request.headers["webhook-id"] == "key-1")
        #expect(request.headers["webhook-signature"]?.hasPrefix("v1,") == true)
        #expect(try JSONReader.read(Array(request.body.utf8))["type"]?.string == "tallyman.tag_update")
    }

    @Test(
        "Answers are told apart: what may be tried again, and what would be refused again",
        arguments: [
            (400, true), (401, false), (403, false), (404, false), (410, true), (422, true), (429, false), (500, false),
            (503, false), (302, false),
        ]
    )
    func statuses(status: Int, isPermanent: Bool) async throws {
        let elsewhere = try FaultServer { _, _ in .reply(200) }
        let server = try FaultServer { _, _ in
            .reply(status, [("Retry-After", "7"), ("Location", elsewhere.url)], text: "no\u{1B}[31m\nway")
        }
        defer {
            server.stop()
            elsewhere.stop()
        }
        let error = try await Self.failure("\(server.url)/secret-path", Self.sender())
        #expect(error.isPermanent == isPermanent && error.retryAfter == .seconds(7))
        #expect(error.reason.contains("\(status)") && !error.reason.contains("secret-path"))
        #expect(!error.reason.contains("\u{1B}") && !error.reason.contains("\n"))
        #expect(elsewhere.requests.isEmpty, "redirects are not followed")
    }

    @Test("A server that hangs, resets, answers without end or with nonsense costs a bounded time")
    func faults() async throws {
        let endless = [UInt8](repeating: 65, count: 1 << 20)
        let scripts: [[FaultServer.Step]] = [
            [.pause(.seconds(3))], [.reset], [.bytes(Array("nonsense\r\n\r\n".utf8)), .close],
            [.head(500, [("Content-Length", "99999999999")])]
                + [FaultServer.Step](repeating: .bytes(endless), count: 8),
            [.head(500, [("Content-Length", "10")]), .pause(.seconds(3))],
        ]
        for script in scripts {
            let server = try FaultServer { _, _ in script }
            defer { server.stop() }
            let start = ContinuousClock.now
            let error = try await Self.failure(server.url, Self.sender { $0.timeout = .milliseconds(400) })
            #expect(!error.isPermanent && error.reason.utf8.count < 600)
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test(
        "Addresses that only this machine or its network can reach are refused, in every spelling",
        arguments: [
            "127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "localhost", "[::1]", "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "0.0.0.0", "[::]",
            "169.254.169.254", "[fe80::1]", "[fd00::1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
            "224.0.0.1", "[ff02::1]", "255.255.255.255", "100.100.100.200", "[fd00:ec2::254]",
        ]
    )
    func refused(host: String) async throws {
        let server = try FaultServer { _, _ in .reply(200) }
        defer { server.stop() }
        let error = try await Self.failure(
            "http://\(host):\(server.port)/",
            Self.sender { $0.rules = TargetRules() }
        )
        #expect(error.reason.contains("messages are not sent") || error.reason.contains("no address"), "\(error)")
        #expect(server.requests.isEmpty)
    }

    @Test("What is allowed is reached, and cloud metadata never is")
    func allowed() async throws {
        let server = try FaultServer { _, _ in .reply(200) }
        defer { server.stop() }
        let network = try #require(AddressRange("127.0.0.0/8"))
        let sender = Self.sender { $0.rules = TargetRules(networks: [network]) }
        try await sender.send(
            Self.event(),
            to: ChannelAddress(kind: .webhook, url: "http://2130706433:\(server.port)/")
        )
        #expect(server.requests.count == 1)
        let metadata = TargetRules(allowsPrivate: true, networks: [try #require(AddressRange("0.0.0.0/0"))])
        for (address, scope) in [("169.254.169.254", AddressScope.forbidden), ("0.0.0.0", .forbidden)] {
            #expect(!metadata.allows(HostScopes.Place(address: address, scope: scope)))
        }
        #expect(!TargetRules(networks: [network]).allows(HostScopes.Place(address: "10.0.0.1", scope: .privateNetwork)))
        for url in ["ftp://a.test/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "gopher://x", "//x"] {
            #expect(try await Self.failure(url, Self.sender()).isPermanent)
        }
    }

    @Test("TLS is checked against the name of the endpoint, though the connection goes to its address")
    func tls() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("good", for: "DNS:localhost")
        try await authority.issue("wrong", for: "DNS:other.test")
        for (name, isGood) in [("good", true), ("wrong", false)] {
            let server = try await MailServer(
                .init(
                    certificate: (authority.certificate(name), authority.key(name)),
                    isImplicitTLS: true
                )
            )
            let sender = Self.sender { $0.authorityFile = authority.authority }
            let outcome = await Result {
                try await sender.send(Self.event(), to: Self.mail("smtps://localhost:\(server.port)"))
            }
            #expect(((try? outcome.get()) != nil) == isGood)
            #expect(server.lines.isEmpty == !isGood, "nothing is said to somebody else")
            try await server.stop()
        }
    }

    private static func mail(_ url: String, login: Bool = true) -> ChannelAddress {
        var address = ChannelAddress(kind: .email, url: url)
        if login {
            address.user = "u"
            address.secret = "p"
        }
        address.sender = "tallyman@example.org"
        address.recipients = ["a@example.org", "b@example.org"]
        return address
    }

    @Test("Mail goes over STARTTLS with a login, and nothing but a greeting is said before")
    func startTLS() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("mail", for: "DNS:localhost")
        let certificate = (chain: authority.certificate("mail"), key: authority.key("mail"))
        let sender = Self.sender { $0.authorityFile = authority.authority }
        for ways in ["PLAIN LOGIN", "LOGIN"] {
            let server = try await MailServer(.init(certificate: certificate, ways: ways))
            try await sender.send(Self.event(), to: Self.mail("smtp://localhost:\(server.port)"))
            let lines = server.lines
            let greeting = try #require(lines.first)
            #expect(greeting.hasPrefix("EHLO ") && greeting != "EHLO localhost")
            #expect(lines.prefix(3) == [greeting, "STARTTLS", "tls \(greeting)"])
            #expect(lines.dropFirst(2).allSatisfy { $0.hasPrefix("tls ") })
            let login = ways == "LOGIN" ? ["tls AUTH LOGIN", "tls dQ==", "tls cA=="] : ["tls AUTH PLAIN AHUAcA=="]
            #expect(Array(lines.dropFirst(3).prefix(login.count)) == login)
            for line in ["MAIL FROM:<tallyman@example.org>", "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>", "."]
            {
                #expect(lines.contains("tls \(line)"))
            }
            #expect(lines.contains("tls Message-ID: <key-1@example.org>"))
            try await server.stop()
        }
        // Answers that were slipped in before TLS (RFC 3207, section 5; CVE-2011-0411) end it.
        let injecting = try await MailServer(.init(certificate: certificate, injected: "250 injected"))
        await #expect(throws: DeliveryError.self) {
            try await sender.send(Self.event(), to: Self.mail("smtp://localhost:\(injecting.port)"))
        }
        #expect(!injecting.lines.contains { $0.contains("AUTH") })
        try await injecting.stop()
        // A server that does not offer it gets no password.
        let plain = try await MailServer()
        await #expect(throws: DeliveryError.self) {
            try await sender.send(Self.event(), to: Self.mail("smtp://localhost:\(plain.port)"))
        }
        #expect(plain.lines.map { $0.prefix(5) } == ["EHLO "])
        try await plain.stop()
    }

    // RFC 5321, sections 4.1.3 and 4.1.4.
    @Test(
        "A mail server is told a name with a domain, else the address that the connection comes from",
        arguments: [
            ("scan.example.org", "192.0.2.7", "scan.example.org"), ("scan", "192.0.2.7", "[192.0.2.7]"),
            ("localhost.localdomain", "192.0.2.7", "[192.0.2.7]"), ("a..b", "192.0.2.7", "[192.0.2.7]"),
            ("a b.example", "2001:db8::7", "[IPv6:2001:db8::7]"), (nil, "fe80::1%eth0", "[IPv6:fe80::1]"),
            ("10.1.2.3", "192.0.2.7", "[192.0.2.7]"), (nil, nil, "localhost"),
        ] as [(String?, String?, String)]
    )
    func greetingName(host: String?, address: String?, expected: String) {
        #expect(SMTPName.own(host: host, address: address) == expected)
    }

    @Test("A mail server is reached at another of its addresses where the first takes no connection")
    func otherMailAddress() async throws {
        let server = try await MailServer()
        let sender = SMTPSender(options: SenderOptions())
        // It listens at the last one alone.
        let connection = try await sender.connect(
            to: ["127.0.0.2", "127.0.0.1"],
            "mail.test",
            server.port,
            tlsFromStart: nil
        )
        #expect(connection.ip == "127.0.0.1")
        try await connection.channel.executeThenClose { _, _ in }
        do {
            let connection = try await sender.connect(to: ["127.0.0.2"], "mail.test", server.port, tlsFromStart: nil)
            try await connection.channel.executeThenClose { _, _ in }
            Issue.record("nobody listens there")
        } catch let error as DeliveryError {
            #expect(error.reason.hasPrefix("mail.test (127.0.0.2): ") && !error.isPermanent)
        }
        try await server.stop()
    }

    @Test("What a mail server refuses is told with its words, and whether it is for good")
    func mailRefusals() async throws {
        for (answers, isPermanent, isTaken) in [
            (["RCPT": "550 nobody"], true, false), (["MAIL": "451 later"], false, false),
            ([".": "554 spam"], true, false),
            (["EHLO": "nonsense"], false, false), (["DATA": "421-a\r\n421 closing"], false, false), ([:], false, true),
        ] as [([String: String], Bool, Bool)] {
            let server = try await MailServer(.init(answers: answers))
            let address = Self.mail("smtp+plain://127.0.0.1:\(server.port)", login: false)
            do {
                try await Self.sender().send(Self.event(), to: address)
                #expect(isTaken)
            } catch let error as DeliveryError {
                #expect(error.isPermanent == isPermanent && !isTaken, "\(error)")
            }
            try await server.stop()
        }
        let silent = try await MailServer(.init(isSilent: true))
        await #expect(throws: DeliveryError.self) {
            let address = Self.mail("smtp+plain://127.0.0.1:\(silent.port)", login: false)
            try await Self.sender { $0.timeout = .milliseconds(300) }.send(Self.event(), to: address)
        }
        try await silent.stop()
        await #expect(throws: DeliveryError.self) {
            let address = Self.mail("smtp+plain://127.0.0.1:25", login: false)
            try await Self.sender { $0.rules = TargetRules() }.send(Self.event(), to: address)
        }
    }

    @Test("A mail waits for those who are put off, for a while, and not for those who are unknown")
    func putOffRecipients() async throws {
        for (answer, failures, isTaken) in [("451 later", 0, false), ("451 later", 8, true), ("550 nobody", 0, true)] {
            let server = try await MailServer(.init(answers: ["RCPT TO:<b@example.org>": answer]))
            let address = Self.mail("smtp+plain://127.0.0.1:\(server.port)", login: false)
            do {
                try await Self.sender().send(Self.event(), to: address, failures: failures)
                #expect(isTaken)
            } catch let error as DeliveryError {
                #expect(!isTaken && !error.isPermanent && error.reason.contains("451 later"), "\(error)")
            }
            #expect(server.lines.contains("DATA") == isTaken, "whoever was accepted is not told twice")
            try await server.stop()
        }
        // One who is unknown is no reason to give up one who is put off.
        let server = try await MailServer(
            .init(answers: ["RCPT TO:<a@example.org>": "550 nobody", "RCPT TO:<b@example.org>": "451 later"])
        )
        for failures in [0, 8] {
            do {
                let address = Self.mail("smtp+plain://127.0.0.1:\(server.port)", login: false)
                try await Self.sender().send(Self.event(), to: address, failures: failures)
                Issue.record("a mail to nobody was taken")
            } catch let error as DeliveryError { #expect(!error.isPermanent) }
        }
        try await server.stop()
    }

    @Test(
        "A proxy that cannot be reached is a failed delivery, and only what was surely not sent goes to another address"
    )
    func unreachable() async throws {
        let gone = try FaultServer { _, _ in .reply(200) }
        gone.stop()
        let proxies = try HTTPProxySettings(environment: [:], proxy: gone.url)
        let error = try await Self.failure("http://endpoint.test/", Self.sender { $0.proxies = proxies })
        #expect(!error.isPermanent && error.reason.contains("the proxy for endpoint.test"), "\(error)")
        for (code, isUnsent) in [(ECONNREFUSED, true), (ENETUNREACH, true), (ECONNRESET, false), (EPIPE, false)] {
            #expect(HTTPSender.isUnsent(IOError(errnoCode: code, reason: "connect")) == isUnsent)
        }
        #expect(!HTTPSender.isUnsent(ChannelError.eof))
    }

    @Test("Replies of mail servers in any pieces, and damaged ones, are read without harm")
    func replies() throws {
        let text = Array("250-first\r\n250-second\r\n250 third\r\n354\r\n".utf8)
        for size in 1...text.count {
            var reader = SMTPReplyReader()
            var found: [SMTPReply] = []
            for start in stride(from: 0, to: text.count, by: size) {
                reader.append(text[start..<min(start + size, text.count)])
                while let reply = try reader.next() { found.append(reply) }
            }
            #expect(
                found == [
                    SMTPReply(code: 250, lines: ["first", "second", "third"]), SMTPReply(code: 354, lines: [""]),
                ]
            )
        }
        var random = SeededRandom(seed: 7)
        for _ in 0..<5000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var reader = SMTPReplyReader()
            reader.append(bytes)
            var count = 0
            while let reply = try? reader.next() {
                count += reply.lines.count
                if count > 100 { break }
            }
            #expect(count <= 100)
        }
        var long = SMTPReplyReader()
        long.append([UInt8](repeating: 50, count: 10_000))
        #expect(throws: DeliveryError.self) { try long.next() }
    }

    @Test("Waits double up to a bound, and what an endpoint asks for counts within reason")
    func waits() {
        let policy = DeliveryPolicy()
        var last = Duration.zero
        for failures in 0..<40 {
            let wait = policy.delay(failures: failures, asked: nil, jitter: 1)
            #expect(wait >= last && wait <= policy.limit)
            #expect(policy.delay(failures: failures, asked: nil, jitter: 0) * 2 == wait)
            #expect(policy.pause(failures: failures, asked: nil, jitter: 1) <= policy.maxPause)
            last = wait
        }
        #expect(last == policy.limit)
        #expect(policy.delay(failures: 0, asked: .seconds(100), jitter: 0) == .seconds(100))
        #expect(policy.delay(failures: 0, asked: .seconds(1_000_000), jitter: 0) == policy.maxRetryAfter)
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous call comes to.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
