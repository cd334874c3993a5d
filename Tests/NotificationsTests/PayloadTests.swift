import AnchoreAPI
import Crypto
import Foundation
import ScanModel
import Testing

@testable import Notifications

/// The members that each vendor documents, looked for one by one.
@Suite("Payloads of notifications")
struct PayloadTests {
    private static let key = "6f1c1f2e-0000-4000-8000-000000000001"
    private static let id = "6f1c1f2e-0000-4000-8000-000000000002"
    private static let now = 1_790_000_000

    private static func event(
        _ type: SubscriptionType = .vulnUpdate,
        subject: String = "registry.test/team/app:1",
        severity: Severity? = .high,
        _ payload: JSONValue? = nil
    ) -> NotificationEvent {
        NotificationEvent(
            id: id,
            key: key,
            account: "team",
            email: "team@example.org",
            kind: .subscription(type),
            subject: subject,
            severity: severity,
            payload: payload ?? [
                "imageDigest": "sha256:aa",
                "diff_vulnerability_result": [
                    "added": [
                        ["vuln": "CVE-2026-1", "severity": "High", "package": "curl-7.0", "fix": "8.0"],
                        ["vuln": "CVE-2026-2", "severity": "Low", "package": "zlib-1.0", "fix": "None"],
                    ],
                    "updated": [], "removed": [],
                ],
                "counts": ["added": 2, "removed": 0], "annotations": .object([]),
            ],
            createdAt: now
        )
    }

    private static func address(_ kind: ChannelKind) -> ChannelAddress {
        var address = ChannelAddress(kind: kind, url: ChannelAddress.standardURL(kind) ?? "https://host.test/hook")
        address.secret = "secret-1"
        address.user = "user"
        return address
    }

    private static func sent(_ kind: ChannelKind, _ event: NotificationEvent) throws -> (OutgoingRequest, JSONValue) {
        let request = try #require(address(kind).request(for: event, now: now))
        #expect(request.headers.contains { $0 == ("Content-Type", "application/json") })
        #expect(request.headers.contains { $0 == ("Idempotency-Key", key) })
        return (request, try JSONReader.read(request.body))
    }

    private static func header(_ request: OutgoingRequest, _ name: String) -> String? {
        request.headers.first { $0.name == name }?.value
    }

    @Test("Anchore's webhook has the members of NotificationBase and of the notification's type")
    func anchore() throws {
        let (request, body) = try Self.sent(.anchore, Self.event())
        #expect(Self.header(request, "Authorization") == "Basic " + Data("user:secret-1".utf8).base64EncodedString())
        // swagger.yaml of anchore-engine 1.1, NotificationBase, BaseNotificationData, GenericNotificationPayload.
        #expect(body["queueId"]?.string == "vuln_update" && body["userId"]?.string == "team")
        #expect(body["dataId"]?.string == Self.id && body["record_state_key"]?.string == "active")
        #expect(body["created_at"]?.int == Self.now && body["last_updated"]?.int == Self.now)
        #expect(body["tries"]?.int == 0 && body["max_tries"]?.int == Self.now + 3600)
        let data = try #require(body["data"])
        #expect(data["notification_user"]?.string == "team")
        #expect(data["notification_user_email"]?.string == "team@example.org")
        #expect(data["notification_type"]?.string == "vuln_update")
        let payload = try #require(data["notification_payload"])
        #expect(payload["userId"]?.string == "team" && payload["notificationId"]?.string == Self.id)
        #expect(payload["subscription_key"]?.string == "registry.test/team/app:1")
        #expect(payload["subscription_type"]?.string == "vuln_update")
        #expect(payload["diff_vulnerability_result"]?["added"]?.array?.count == 2)
        #expect(payload["imageDigest"]?.string == "sha256:aa" && payload["counts"] == nil)
    }

    @Test("An address of Anchore's kind has the account and the type put in, escaped")
    func anchoreAddress() throws {
        var address = Self.address(.anchore)
        address.url = "http://hooks.test/<userId>/<notification_type>"
        var event = Self.event(.tagUpdate, ["curr_eval": ["sha256:b"], "last_eval": ["sha256:a"]])
        event.account = "a/../b"
        #expect(address.request(for: event, now: 1)?.url == "http://hooks.test/a%2F..%2Fb/tag_update")
    }

    @Test("A signed webhook verifies as Standard Webhooks say, and another body does not")
    func signature() throws {
        let (request, body) = try Self.sent(.webhook, Self.event())
        #expect(Self.header(request, "webhook-id") == Self.key)
        #expect(Self.header(request, "webhook-timestamp") == "\(Self.now)")
        let signed = Array("\(Self.key).\(Self.now).".utf8) + request.body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data("secret-1".utf8)))
        #expect(Self.header(request, "webhook-signature") == "v1," + Data(code).base64EncodedString())
        #expect(body["type"]?.string == "tallyman.vuln_update" && body["data"]?["severity"]?.string == "high")
        // The example of the specification's reference libraries.
        let known = SignedWebhook.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        )
        #expect(known == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("Slack gets blocks within its bounds, in which nothing foreign is markup")
    func slack() throws {
        let hostile = "registry.test/<!channel>&<https://evil.test|click>:1" + String(repeating: "x", count: 5000)
        let (_, body) = try Self.sent(.slack, Self.event(subject: hostile))
        let blocks = try #require(body["blocks"]?.array)
        #expect(blocks.count <= 50 && blocks.first?["type"]?.string == "header")
        #expect(blocks.first?["text"]?["type"]?.string == "plain_text")
        #expect((blocks.first?["text"]?["text"]?.string?.count ?? 999) <= 150)
        for block in blocks.dropFirst() {
            let fields = (block["fields"]?.array ?? []) + (block["elements"]?.array ?? []) + [block["text"] ?? [:]]
            #expect((block["fields"]?.array?.count ?? 0) <= 10)
            for text in fields.compactMap({ $0["text"]?.string }) {
                #expect(!text.contains("<") && !text.contains(">") && text.count <= 3000)
            }
        }
        #expect(body["text"]?.string?.contains("<") == false)
    }

    @Test("Teams gets an Adaptive Card in which links are text")
    func teams() throws {
        let (_, body) = try Self.sent(.teams, Self.event(subject: "registry.test/[a](http://evil.test):1"))
        let attachment = try #require(body["attachments"]?.array?.first)
        #expect(body["type"]?.string == "message")
        #expect(attachment["contentType"]?.string == "application/vnd.microsoft.card.adaptive")
        #expect(attachment["content"]?["type"]?.string == "AdaptiveCard")
        #expect(attachment["content"]?["version"]?.string != nil)
        let title = attachment["content"]?["body"]?.array?.first?["text"]?.string
        #expect(title?.contains("](") == false)
    }

    @Test("PagerDuty is triggered with what Events API v2 requires, and a pass resolves what a failure raised")
    func pagerDuty() throws {
        let (request, body) = try Self.sent(.pagerduty, Self.event(severity: .critical))
        #expect(request.url == "https://events.pagerduty.com/v2/enqueue")
        #expect(body["routing_key"]?.string == "secret-1" && body["event_action"]?.string == "trigger")
        #expect(body["dedup_key"]?.string == Self.key)
        let payload = try #require(body["payload"])
        #expect((payload["summary"]?.string?.count ?? 9999) <= 1024 && payload["source"]?.string == "tallyman")
        #expect(payload["severity"]?.string == "critical")
        #expect(payload["timestamp"]?.string == "2026-09-21T14:13:20Z")
        func verdict(_ status: String) -> JSONValue {
            ["curr_eval": ["status": .string(status), "final_action": "stop"], "last_eval": ["status": "x"]]
        }
        let failed = try Self.sent(.pagerduty, Self.event(.policyEval, severity: nil, verdict("fail"))).1
        let passed = try Self.sent(.pagerduty, Self.event(.policyEval, severity: nil, verdict("pass"))).1
        #expect(failed["event_action"]?.string == "trigger" && failed["payload"]?["severity"]?.string == "error")
        #expect(passed["event_action"]?.string == "resolve" && passed["payload"] == nil)
        #expect(failed["dedup_key"] == passed["dedup_key"] && (failed["dedup_key"]?.string?.utf8.count ?? 999) <= 255)
    }

    @Test("ServiceNow gets an incident by its Table API")
    func serviceNow() throws {
        let (request, body) = try Self.sent(.servicenow, Self.event())
        #expect(request.url == "https://host.test/hook/api/now/table/incident")
        #expect(Self.header(request, "Authorization")?.hasPrefix("Basic ") == true)
        #expect((body["short_description"]?.string?.count ?? 999) <= 160)
        #expect(body["urgency"]?.string == "2" && body["impact"]?.string == "2")
        #expect(
            body["correlation_id"]?.string == Self.key && body["description"]?.string?.contains("CVE-2026-1") == true
        )
    }

    @Test("Splunk gets an event for its collector")
    func splunk() throws {
        let (request, body) = try Self.sent(.splunk, Self.event())
        #expect(request.url == "https://host.test/hook/services/collector/event")
        #expect(Self.header(request, "Authorization") == "Splunk secret-1")
        #expect(body["time"]?.int == Self.now && body["sourcetype"]?.string == "tallyman:notification")
        #expect(body["event"]?["payload"]?["imageDigest"]?.string == "sha256:aa")
    }

    @Test("Datadog gets an event within its bounds")
    func datadog() throws {
        let (request, body) = try Self.sent(.datadog, Self.event(subject: String(repeating: "é", count: 9000)))
        #expect(request.url == "https://api.datadoghq.com/api/v1/events")
        #expect(Self.header(request, "DD-API-KEY") == "secret-1")
        #expect((body["title"]?.string?.count ?? 999) <= 100 && (body["text"]?.string?.count ?? 9999) <= 4000)
        #expect(body["alert_type"]?.string == "error" && body["priority"]?.string == "normal")
        #expect((body["aggregation_key"]?.string?.count ?? 999) <= 100 && body["date_happened"]?.int == Self.now)
        #expect(body["tags"]?.array?.contains("severity:high") == true)
    }

    @Test("An event that Datadog would refuse for its age has no date but in its text")
    func lateDatadog() throws {
        let event = Self.event()
        for (hours, isDated) in [(0, true), (16, true), (18, false), (72, false)] {
            let request = try #require(Self.address(.datadog).request(for: event, now: Self.now + hours * 3600))
            let body = try JSONReader.read(request.body)
            #expect((body["date_happened"]?.int == Self.now) == isDated, "\(hours)")
            #expect((body["date_happened"] == nil) != isDated, "\(hours)")
            #expect(body["text"]?.string?.contains("Time: 2026-09-21T14:13:20Z") == true)
        }
    }

    @Test("A mail has neither headers nor recipients that a tag's name could add")
    func mail() throws {
        var address = ChannelAddress(kind: .email, url: "smtp://mail.test")
        address.sender = "tallyman@example.org"
        address.recipients = ["a@example.org", "b@example.org"]
        let event = Self.event(subject: "r/x:1\r\nBcc: evil@example.org\r\n\r\n.\r\nRSET ✓")
        let mail = try #require(MailMessage(event, address, now: Self.now))
        let text = String(decoding: mail.bytes, as: UTF8.self)
        let lines = text.components(separatedBy: "\r\n")
        #expect(!text.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" })
        #expect(!lines.contains { $0.hasPrefix("Bcc") || $0.hasPrefix(".") || $0.utf8.count > 998 })
        #expect(lines.filter { $0.isEmpty }.count == 2, "one between head and body, one at the end")
        #expect(lines.contains("Message-ID: <\(Self.key)@example.org>"))
        #expect(lines.contains("Date: Mon, 21 Sep 2026 14:13:20 +0000"))
        let body = lines.drop { !$0.isEmpty }.joined()
        let plain = String(decoding: try #require(Data(base64Encoded: body)), as: UTF8.self)
        #expect(plain.contains("CVE-2026-1") && plain.contains("✓"))
        for broken in ["a@b\r\nRCPT TO:<x@y>", "a b@c", "<a@b>", "a@@b", "@b", "a@", "a@-b", "ä@b.c", ""] {
            #expect(!MailAddress.isUsable(broken))
            address.recipients = [broken]
            #expect(MailMessage(event, address, now: 0) == nil && !address.problems.isEmpty)
        }
    }

    @Test("A summary says how much happened and to which images")
    func digest() throws {
        var event = Self.event(.tagUpdate, ["x": 1])
        event.kind = .digest
        event.subject = ""
        event.payload = [
            "events": 10_000, "images": 900, "severity": 5, "since": "2026-11-25T06:00:00Z",
            "kinds": ["vuln_update": 9999, "tag_update": 1],
            "subjects": [
                ["account": "team", "subject": "r/a:1", "severity": 5, "events": 3, "kinds": ["vuln_update"]],
                ["account": "team", "subject": "r/b:1", "severity": nil, "events": 1, "kinds": ["tag_update"]],
            ],
        ]
        let text = MessageText(event)
        #expect(text.title == "10000 events about 900 images")
        #expect(text.lines == ["r/a:1: vuln_update (Critical)", "r/b:1: tag_update", "and 898 more"])
        for kind in ChannelKind.allCases where kind != .email { _ = try Self.sent(kind, event) }
    }

    @Test("Every kind takes every type, whatever the payload is", arguments: ChannelKind.allCases)
    func anyPayload(kind: ChannelKind) throws {
        let payloads: [JSONValue] = [
            .object([]), nil, [], "x", ["curr_eval": nil, "diff_vulnerability_result": ["added": ["a", 1, nil, [:]]]],
            [
                "counts": ["added": .int(.max), "removed": .int(.min)],
                "curr_eval": ["repotags": [1, "t\u{0}\u{202E}"]],
            ],
        ]
        for type in SubscriptionType.allCases {
            for payload in payloads {
                let event = Self.event(type, subject: "a\u{0}\n", payload)
                if kind == .email { continue }
                let request = try #require(Self.address(kind).request(for: event, now: 0))
                _ = try JSONReader.read(request.body)
            }
            let test = NotificationEvent.test(type, account: "admin", email: "", key: Self.key, now: 0)
            if kind != .email { _ = try Self.sent(kind, test) }
        }
    }

    /// Ten thousand findings whose names are as bad as names can be.
    private static func hostile(_ name: String) -> NotificationEvent {
        let finding: JSONValue = [
            "vuln": .string(name), "severity": .string(name), "package": .string(name), "fix": .string(name),
        ]
        var event = Self.event(
            subject: "registry.test/" + name,
            [
                "imageDigest": .string(name),
                "diff_vulnerability_result": [
                    "added": .array(Array(repeating: finding, count: 10_000)), "updated": [],
                    "removed": .array(Array(repeating: finding, count: 10_000)),
                ],
                "counts": ["added": 10_000, "removed": 10_000],
            ]
        )
        event.account = name
        return event
    }

    @Test(
        "However much there is to tell, and in whatever letters, no vendor's bounds are exceeded",
        arguments: [
            "x", "&", "<>", "\"\\", "*_`[]()", "\n\r\t\u{0}", "é", "👩‍👩‍👧‍👦", "a\u{301}\u{302}\u{303}\u{304}", "@here ",
        ]
    )
    func bounds(piece: String) throws {
        let event = Self.hostile(String(repeating: piece, count: 500))
        func length(_ value: JSONValue?) -> Int { value?.string?.utf16.count ?? .max }

        // Block Kit, reference of blocks and of text objects.
        let slack = try Self.sent(.slack, event).1
        let blocks = try #require(slack["blocks"]?.array)
        #expect(blocks.count <= 50 && (1...40_000).contains(length(slack["text"])))
        for block in blocks {
            let isHeader = block["type"]?.string == "header"
            if let text = block["text"] {
                #expect((1...(isHeader ? 150 : 3000)).contains(length(text["text"])))
                #expect(isHeader || text["verbatim"]?.bool == true)
            }
            for field in (block["fields"]?.array ?? []) + (block["elements"]?.array ?? []) {
                #expect((1...2000).contains(length(field["text"])))
                #expect(field["verbatim"]?.bool == true)
            }
        }
        let section = blocks.first { $0["text"]?["type"]?.string == "mrkdwn" }?["text"]?["text"]?.string
        #expect(section?.contains("9990 more") == true || section?.contains("more line") == true)

        // Messages of Teams may have 28 KB.
        #expect(try Self.sent(.teams, event).0.body.count <= 28_000)

        // Events API v2: 512 KB, a summary of 1024 characters, a key of 255.
        let (page, paged) = try Self.sent(.pagerduty, event)
        #expect(page.body.count <= 512 << 10 && length(paged["payload"]?["summary"]) <= 1024)
        #expect(length(paged["dedup_key"]) <= 255)
        var verdict = event
        verdict.kind = .subscription(.policyEval)
        #expect(length(try Self.sent(.pagerduty, verdict).1["dedup_key"]) <= 255)

        // The columns of ServiceNow's table of tasks.
        let incident = try Self.sent(.servicenow, event).1
        #expect(length(incident["short_description"]) <= 160 && length(incident["description"]) <= 4000)
        #expect(length(incident["correlation_id"]) <= 100)

        let datadog = try Self.sent(.datadog, event).1
        #expect(length(datadog["title"]) <= 100 && length(datadog["text"]) <= 4000)
        for tag in datadog["tags"]?.array ?? [] { #expect(length(tag) <= 200) }

        // Lines of mail: 998 bytes, and 76 characters where there are encoded words (RFC 2047, section 2).
        var address = ChannelAddress(kind: .email, url: "smtp://mail.test")
        address.sender = "tallyman@example.org"
        address.recipients = ["a@example.org"]
        let mail = try #require(MailMessage(event, address, now: Self.now))
        let lines = String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= ($0.contains("=?utf-8?B?") ? 76 : 998) && !$0.hasPrefix(".") })
        #expect(lines.prefix { !$0.isEmpty }.filter { !$0.hasPrefix(" ") }.count == 9)
        let words = lines.filter { $0.contains("=?utf-8?B?") }
        for word in words {
            let encoded = try #require(word.components(separatedBy: "?").dropFirst(3).first)
            let bytes = try #require(Data(base64Encoded: encoded))
            #expect(String(bytes: bytes, encoding: .utf8) != nil, "a word ends within a character")
        }
    }

    @Test("A text is cut between characters, by the units that vendors count")
    func cut() {
        #expect("abc".cut(3) == "abc")
        #expect("abcd".cut(3) == "ab…")
        #expect("😀😀😀".cut(6) == "😀😀😀")
        #expect("😀😀😀".cut(5) == "😀😀…")
        #expect("😀😀😀".cut(4) == "😀…")
        #expect("".cut(0).isEmpty)
    }

    @Test("An address comes back from its sealed form, and shows no secret")
    func roundTrip() throws {
        var address = Self.address(.slack)
        address.url = "https://user:pw@hooks.slack.test/services/T0/B0/token?x=1"
        #expect(ChannelAddress(try JSONReader.read(address.json.bytes)) == address)
        #expect(address.shown == "https://hooks.slack.test")
        #expect(ChannelAddress(["kind": "nothing", "url": "x"]) == nil)
        address.secret = "a\r\nX: y"
        #expect(address.problems.contains { $0.contains("control characters") })
    }
}
