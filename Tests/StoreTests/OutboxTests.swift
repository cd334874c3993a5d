import AnchoreAPI
import Foundation
import Postgres
import ScanModel
import Store
import TallymanTesting
import Testing

@Suite("The outbox of notifications", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct OutboxTests {
    /// A fleet of one analysed image with a subscription of every type, and a channel that hears everything.
    private func withFleet(_ body: (Store) async throws -> Void) async throws {
        try await TestDatabase.with { store in
            try await store.hear("all")
            try await store.subscribe("registry.test/app:1", SubscriptionType.allCases)
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run, packages: [("curl", "7.0"), ("zlib", "1.0")])
            _ = try await store.rematch()
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            try await body(store)
        }
    }

    @Test("The end of an analysis is told once, and only where it is subscribed to and somebody listens")
    func analysis() async throws {
        try await withFleet { store in
            let told = try await store.told()
            #expect(told.map(\.kind) == ["analysis_update"])
            #expect(told.first?.subject == "registry.test/app:1")
            let payload = try #require(told.first.map { try JSONReader.read(Array($0.payload.utf8)) })
            #expect(payload["curr_eval"]?["analysis_status"]?.string == "analyzed")
            #expect(payload["last_eval"]?["analysis_status"]?.string == "analyzing")
            #expect(payload["curr_eval"]?["image_digest"]?.string?.hasPrefix("sha256:") == true)
            // The image is known by now: the next run brings nothing new.
            let second = try await store.plan([try SampleFleet.known("app", "1", layers: ["a"])])
            _ = try await store.settle(second)
            try await store.finish(run: second.id, state: .done, reason: nil, workers: 1)
            #expect(try await store.told().count == 1)
        }
    }

    @Test("A tag that moves is told with both images in the transaction of the plan; one that stays is not")
    func tagUpdate() async throws {
        try await withFleet { store in
            try await store.execute("DELETE FROM notifications")
            _ = try await store.plan([try SampleFleet.known("app", "1", layers: ["a"])])
            #expect(try await store.told().isEmpty)
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["b"])])
            let told = try await store.told()
            #expect(told.map(\.kind) == ["tag_update"])
            let payload = try #require(told.first.map { try JSONReader.read(Array($0.payload.utf8)) })
            #expect(payload["last_eval"]?.array?.first?.string == (try SampleFleet.digest("m-a")).description)
            #expect(payload["curr_eval"]?.array?.first?.string == (try SampleFleet.digest("m-b")).description)
        }
    }

    @Test("Changed findings are told by image, with the worst first, and not for what came with a new image")
    func findings() async throws {
        try await withFleet { store in
            try await store.execute("DELETE FROM notifications")
            let feed = SampleFeed.debian([("curl", "CVE-2024-1", "8.0"), ("zlib", "CVE-2024-2", nil)])
            _ = try await store.importing(feed)
            _ = try await store.rematch()
            #expect(try await store.tellChangedFindings() == 2)
            let told = try await store.told()
            #expect(told.map(\.kind) == ["vuln_update"] && told.first?.severity == Severity.high.rank)
            let payload = try #require(told.first.map { try JSONReader.read(Array($0.payload.utf8)) })
            let added = payload["diff_vulnerability_result"]?["added"]?.array ?? []
            #expect(added.compactMap { $0["vuln"]?.string } == ["CVE-2024-1", "CVE-2024-2"])
            #expect(added.first?["package"]?.string == "curl-7.0" && added.first?["fix"]?.string == "8.0")
            #expect(payload["counts"]?["added"]?.int == 2 && payload["counts"]?["removed"]?.int == 0)
            #expect(try await store.tellChangedFindings() == 0)

            try await store.execute("DELETE FROM notifications")
            try await store.subscribe("registry.test/new:1", [.vulnUpdate])
            let run = try await store.plan([try SampleFleet.image("new", "1", layers: ["n"])])
            try await store.work(on: run, packages: [("curl", "7.1")])
            _ = try await store.rematch()
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            _ = try await store.tellChangedFindings()
            #expect(try await store.told().isEmpty)

            _ = try await store.importing(SampleFeed.debian([("zlib", "CVE-2024-2", nil)]))
            _ = try await store.rematch()
            _ = try await store.tellChangedFindings()
            #expect(try await store.told().map(\.subject).sorted() == ["registry.test/app:1", "registry.test/new:1"])
        }
    }

    @Test("Changed findings are events of who subscribed, where no channel listens, too")
    func findingEvents() async throws {
        try await withFleet { store in
            #expect(try await store.removeChannel("all"))
            try await store.execute("DELETE FROM notifications")
            // Any JSON that a client sends, also with what PostgreSQL has in no text of its own.
            try await store.execute(
                #"""
                INSERT INTO account_images (account, manifest_id, annotations)
                SELECT 'admin', id, '{"note":"\u0000"}' FROM manifests
                ON CONFLICT (account, manifest_id) DO UPDATE SET annotations = excluded.annotations
                """#
            )
            _ = try await store.importing(SampleFeed.debian([("curl", "CVE-2024-1", "8.0")]))
            _ = try await store.rematch()
            #expect(try await store.tellChangedFindings() == 1)
            #expect(try await store.told().isEmpty)
            var filter = EventFilter()
            filter.type = EventType.vulnerabilities.name
            let events = try await store.events(filter, of: "admin", page: 1, limit: 10).events
            #expect(events.map(\.resourceID) == ["registry.test/app:1"])
            let details = try #require(events.first.map { try JSONReader.read(Array($0.details.utf8)) })
            #expect(details["subscription_type"]?.string == "vuln_update")
            #expect(details["annotations"]?["note"]?.string == "\u{0}")
            let added = details["diff_vulnerability_result"]?["added"]?.array ?? []
            #expect(added.compactMap { $0["vuln"]?.string } == ["CVE-2024-1"])
        }
    }

    @Test("Changes that concern many are told to each once, some at a time, however many processes tell")
    func wave() async throws {
        try await withFleet { store in
            #expect(try await store.removeChannel("all"))
            try await store.execute(
                """
                INSERT INTO accounts (name, kind, state)
                SELECT 'fleet-' || number, 'admin', 'enabled' FROM generate_series(1, 2600) AS number
                """
            )
            try await store.execute(
                """
                INSERT INTO subscriptions (account, id, key, kind, is_active)
                SELECT name, name, 'registry.test/app:1', 'vuln_update', true FROM accounts WHERE name LIKE 'fleet-%'
                """
            )
            _ = try await store.importing(SampleFeed.debian([("curl", "CVE-2024-1", "8.0")]))
            _ = try await store.rematch()
            #expect(try await store.tellChangedFindings() == 1)
            let told = "FROM events WHERE type = '\(EventType.vulnerabilities.name)'"
            let first = try #require(try await store.scalar("SELECT count(*) \(told)"))
            #expect(first > 0 && first < 2601)
            // What changes before all are told is told after that.
            _ = try await store.importing(
                SampleFeed.debian([("curl", "CVE-2024-1", "8.0"), ("zlib", "CVE-2024-2", nil)])
            )
            _ = try await store.rematch()
            let left = "SELECT (SELECT count(*) FROM finding_wave) + (SELECT count(*) FROM finding_changes)"
            while try await store.scalar(left) != 0 {
                async let one = store.tellChangedFindings()
                async let other = store.tellChangedFindings()
                _ = try await (one, other)
            }
            #expect(try await store.scalar("SELECT count(*) \(told)") == 2 * 2601)
            let flaws = "SELECT count(DISTINCT account) \(told) AND details LIKE"
            #expect(try await store.scalar("\(flaws) '%CVE-2024-1%'") == 2601)
            #expect(try await store.scalar("\(flaws) '%CVE-2024-2%'") == 2601)
            #expect(try await store.scalar("SELECT count(*) FROM finding_watchers") == 0)
        }
    }

    @Test("An account is told of tags and images of its own alone, whatever it subscribed to")
    func foreign() async throws {
        try await withFleet { store in
            try await store.addAccount("team", knowing: ["1"])
            try await store.addAccount("closed", knowing: ["1"], state: "disabled")
            // One has the image by another name, one knows the name and took the image away, one has added nothing.
            try await store.addAccount("namesake", knowing: ["2"])
            try await store.addAccount("former", knowing: ["1"])
            try await store.addAccount("rival")
            for account in ["team", "closed", "namesake", "former"] { try await store.listImages(in: account) }
            try await store.execute("UPDATE account_images SET is_listed = false WHERE account = 'former'")
            for account in ["team", "closed", "namesake", "former", "rival"] {
                let types = SubscriptionType.allCases.filter { account != "former" || $0 != .tagUpdate }
                try await store.subscribe("registry.test/app:1", types, account: account)
            }
            func told(_ kind: SubscriptionType) async throws -> [String] {
                try await store.told().filter { $0.kind == kind.rawValue }.map(\.account).sorted()
            }
            try await store.execute("DELETE FROM notifications")
            _ = try await store.importing(SampleFeed.debian([("curl", "CVE-2024-1", "8.0")]))
            _ = try await store.rematch()
            _ = try await store.tellChangedFindings()
            #expect(try await told(.vulnUpdate) == ["admin", "team"])
            let heard = "SELECT account FROM events WHERE type = '\(EventType.vulnerabilities.name)' ORDER BY account"
            #expect(try await store.texts(heard) == ["admin", "team"])

            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["b"])])
            #expect(try await told(.tagUpdate) == ["admin", "team"])
            try await store.work(on: run)
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            #expect(try await told(.analysisUpdate) == ["admin", "team"])
        }
    }

    @Test("A run of single images is told to who added them by that name, what a registry said to the fleet's accounts")
    func singleImages() async throws {
        try await TestDatabase.with { store in
            for account in ["team", "rival"] { try await store.addAccount(account) }
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let sameByAnotherName = try SampleFleet.image("other", "1", layers: ["a"])
            for (account, image) in [("admin", image), ("team", image), ("rival", sameByAnotherName)] {
                _ = try await store.addImage(
                    image,
                    to: account,
                    dockerfile: nil,
                    annotations: nil,
                    subscriptions: [],
                    analysisVersion: SampleFleet.analysisVersion,
                    shards: 4
                )
            }
            try await store.execute("UPDATE run_images SET state = 'failed', reason = '10.0.0.5: refused'")
            for run in try await store.openRuns() {
                try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            }
            let told = "FROM events WHERE type = '\(EventType.analysisFailed.name)'"
            #expect(
                try await store.texts("SELECT DISTINCT account || ' ' || resource_id \(told) ORDER BY 1") == [
                    "admin registry.test/app:1", "rival registry.test/other:1", "team registry.test/app:1",
                ]
            )
            let informed = "SELECT DISTINCT account \(told) AND details LIKE '%10.0.0.5%'"
            #expect(try await store.texts(informed) == ["admin"])
        }
    }

    @Test("Nothing is written where nobody subscribed, or no channel listens")
    func unheard() async throws {
        try await withFleet { store in
            try await store.execute("DELETE FROM notifications")
            try await store.execute("UPDATE subscriptions SET is_active = false")
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["c"])])
            _ = try await store.importing(SampleFeed.debian([("curl", "CVE-2024-1", "8.0")]))
            _ = try await store.rematch()
            #expect(try await store.scalar("SELECT count(*) FROM finding_changes") == 0)
            try await store.execute("UPDATE subscriptions SET is_active = true")
            #expect(try await store.removeChannel("all"))
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["d"])])
            #expect(try await store.told().isEmpty)
        }
    }

    @Test(
        "A verdict of the active bundle that changes is told by the transaction that keeps it, another's is not",
        arguments: [true, false]
    )
    func verdict(isActive: Bool) async throws {
        try await withFleet { store in
            try await store.execute(
                """
                INSERT INTO policy_bundles (account, policy_id, bundle, digest, is_active)
                VALUES ('admin', 'p', '{}', 'b', \(isActive))
                """
            )
            try await store.execute("DELETE FROM notifications")
            let manifest = try #require(try await store.scalar("SELECT max(id) FROM manifests"))
            let subject = EvaluationSubject(manifest: manifest, tag: "registry.test/app:1")
            let question = EvaluationQuestion(
                account: "admin",
                policyID: "p",
                bundleDigest: "b",
                program: "1",
                findings: true,
                scores: false,
                ages: false,
                distroData: false,
                feedAge: { _, _ in "" }
            )
            // The last is what was read before the one that is kept.
            let steps: [(GateAction, Int, Int, Bool)] = [
                (.go, 1, 0, true), (.go, 2, 0, true), (.stop, 3, 1, false), (.stop, 4, 1, false), (.warn, 9, 2, true),
                (.stop, 8, 2, true),
            ]
            for (action, readAt, expected, isPass) in steps {
                let outcome = PolicyOutcome(
                    rows: [],
                    problems: [],
                    policyAction: action,
                    finalAction: action,
                    reason: "policy_evaluation",
                    mapping: false,
                    allowRule: false,
                    denyRule: false
                )
                let judged = try JudgedImage(
                    subject,
                    outcome,
                    detail: Array(action.rawValue.utf8),
                    basis: "x",
                    validUntil: nil,
                    readAt: readAt
                )
                let gone = try JudgedImage(
                    EvaluationSubject(manifest: manifest + 1000, tag: "registry.test/app:1"),
                    outcome,
                    detail: Array(action.rawValue.utf8),
                    basis: "x",
                    validUntil: nil,
                    readAt: readAt
                )
                // An image that is gone by now takes nothing away from the others.
                let kept = try await store.keep([gone, judged], question)
                #expect(kept.count == 1 && kept[subject]?.isPass == isPass)
                #expect(try await store.told().count == (isActive ? expected : 0))
            }
            let noted = "SELECT count(*) FROM events WHERE type = '\(EventType.policyEvaluation.name)'"
            #expect(try await store.scalar(noted) == (isActive ? 2 : 0))
            guard isActive else { return }
            let payloads = try await store.told().map { try JSONReader.read(Array($0.payload.utf8)) }
            #expect(payloads.map { $0["curr_eval"]?["status"]?.string } == ["fail", "pass"])
            #expect(payloads.map { $0["last_eval"]?["status"]?.string } == ["pass", "fail"])
        }
    }

    @Test("A channel hears what its filter lets through")
    func filters() async throws {
        try await TestDatabase.with { store in
            var filter = ChannelFilter()
            filter.kinds = [.vulnUpdate]
            filter.minSeverity = .high
            filter.patterns = ["registry.test/te_m/*"]
            try await store.hear("narrow", filter)
            filter = ChannelFilter()
            filter.account = "admin"
            try await store.hear("wide", filter)
            #expect(try await store.channel(named: "narrow")?.filter.patterns == ["registry.test/te_m/*"])
            for (kind, subject, severity) in [
                ("vuln_update", "registry.test/te_m/app:1", "4"), ("vuln_update", "registry.test/team/app:1", "4"),
                ("vuln_update", "registry.test/te_m/app:1", "3"), ("tag_update", "registry.test/te_m/app:1", "NULL"),
            ] {
                try await store.execute(
                    """
                    INSERT INTO notifications (account, kind, subject, severity, payload)
                    VALUES ('admin', '\(kind)', '\(subject)', \(severity), '{}')
                    """
                )
            }
            let waiting = try await store.channels().map { "\($0.channel.name) \($0.waiting)" }
            #expect(waiting == ["narrow 1", "wide 4"])
            await #expect(throws: StoreError.self) {
                var nobody = ChannelFilter()
                nobody.account = "nobody"
                try await store.hear("x", nobody)
            }
        }
    }

    @Test("Thousands of changes for a daily channel are one message, and the next day's are the next one")
    func digest() async throws {
        try await TestDatabase.with { store in
            var filter = ChannelFilter()
            filter.digestMinute = 360
            try await store.hear("daily", filter)
            try await store.tell(5_000)
            #expect(try await store.claimDeliveries(limit: 100, perChannel: 100, lease: .seconds(60)).isEmpty)
            #expect(try await store.sumUp() == 0, "its time has not come")
            try await store.execute("UPDATE notification_channels SET next_digest = now() - interval '50 hours'")
            #expect(try await store.sumUp() == 1)
            #expect(try await store.sumUp() == 0)
            #expect(try await store.scalar("SELECT count(*) FROM notification_channels WHERE next_digest > now()") == 1)
            let claims = try await store.claimDeliveries(limit: 100, perChannel: 100, lease: .seconds(60))
            guard claims.count == 1, case .summary(let text)? = claims.first?.content else {
                Issue.record("one summary is expected")
                return
            }
            let summary = try JSONReader.read(Array(text.utf8))
            #expect(summary["events"]?.int == 5_000 && summary["images"]?.int == 100)
            #expect(summary["severity"]?.int == 5 && summary["subjects"]?.array?.count == 30)
            #expect(summary["kinds"]?["vuln_update"]?.int == 5_000)
            #expect(summary["subjects"]?.array?.first?["severity"]?.int == 5)
        }
    }

    @Test("What is held for a channel that is none of summaries any more is told by itself")
    func heldTooLong() async throws {
        try await TestDatabase.with { store in
            var filter = ChannelFilter()
            filter.digestMinute = 360
            for name in ["daily", "changed"] { try await store.hear(name, filter) }
            try await store.tell(3)
            // As a transaction leaves it that began before the change and ended after it.
            try await store.execute("UPDATE notification_channels SET digest_minute = NULL WHERE name = 'changed'")
            #expect(try await store.tidyDeliveries(every: 0, giveUpAfterHours: 72, keepDays: 14) == 0)
            let claims = try await store.claimDeliveries(limit: 9, perChannel: 9, lease: .seconds(60))
            #expect(claims.map(\.channelName) == ["changed", "changed", "changed"])
        }
    }

    @Test("Whatever dies in whatever order, each message is taken at least once, under one key, and none is lost")
    func crashes() async throws {
        try await TestDatabase.with { store in
            try await store.hear("a")
            try await store.hear("b")
            for seed in 1...3 { try await crash(store, seed: UInt64(seed)) }
        }
    }

    private func crash(_ store: Store, seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        try await store.execute("DELETE FROM notifications")
        try await store.tell(15)
        var taken: [Int: Set<String>] = [:]
        var held: [ClaimedDelivery] = []
        for _ in 0..<250 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                held += try await store.claimDeliveries(
                    limit: Int.random(in: 1...6, using: &random),
                    perChannel: 3,
                    lease: .seconds(60)
                )
            case 2:
                // Sent, and dead before it could say so.
                guard let claim = held.popLast() else { continue }
                taken[claim.id, default: []].insert(claim.key)
            case 3:
                guard !held.isEmpty else { continue }
                let claim = held.remove(at: Int.random(in: 0..<held.count, using: &random))
                taken[claim.id, default: []].insert(claim.key)
                _ = try await store.settle(claim, .delivered)
            case 4:
                guard !held.isEmpty else { continue }
                let claim = held.remove(at: Int.random(in: 0..<held.count, using: &random))
                _ = try await store.settle(claim, .failed("busy", delay: .zero, pause: .zero))
            default:
                // Leases run out; who holds one does not know.
                try await store.execute(
                    "UPDATE notification_deliveries SET not_before = now() WHERE state = 'waiting' AND random() < 0.7"
                )
            }
        }
        while try await store.scalar("SELECT count(*) FROM notification_deliveries WHERE state = 'waiting'") != 0 {
            try await store.execute("UPDATE notification_deliveries SET not_before = now() WHERE state = 'waiting'")
            for claim in try await store.claimDeliveries(limit: 100, perChannel: 100, lease: .seconds(60)) {
                taken[claim.id, default: []].insert(claim.key)
                #expect(try await store.settle(claim, .delivered))
            }
        }
        #expect(taken.count == 30 && taken.values.allSatisfy { $0.count == 1 })
        #expect(Set(taken.values.flatMap(\.self)).count == 30)
        #expect(
            try await store.scalar("SELECT count(*) FROM notification_deliveries WHERE state = 'delivered'") == 30
        )
    }

    @Test("A claim that ran out says nothing any more, and a channel that fails is left alone")
    func fences() async throws {
        try await TestDatabase.with { store in
            try await store.hear("a")
            try await store.tell(1)
            let first = try #require(try await store.claimDeliveries(limit: 1, perChannel: 1, lease: .zero).first)
            let second = try #require(
                try await store.claimDeliveries(limit: 1, perChannel: 1, lease: .seconds(60)).first
            )
            #expect(first.id == second.id && first.key == second.key)
            #expect(try await store.settle(first, .delivered) == false)
            #expect(try await store.settle(second, .failed("no", delay: .seconds(60), pause: .seconds(60))))
            try await store.tell(1)
            #expect(try await store.claimDeliveries(limit: 9, perChannel: 9, lease: .seconds(1)).isEmpty)
            #expect(try await store.channels().first?.lastError == "no")
            try await store.execute("UPDATE notification_channels SET paused_until = now()")
            let claims = try await store.claimDeliveries(limit: 9, perChannel: 9, lease: .seconds(60))
            let other = try #require(claims.first)
            #expect(claims.count == 1 && other.channelFailures == 1)
            #expect(try await store.settle(other, .dead("refused")))
            #expect(try await store.channels().first?.dead == 1)
            #expect(try await store.retryDeliveries(of: "a") == 1)
            #expect(try await store.channels().first?.dead == 0)
            try await store.execute("UPDATE notification_deliveries SET created_at = now() - interval '80 hours'")
            #expect(try await store.tidyDeliveries(every: 0, giveUpAfterHours: 72, keepDays: 14) == 2)
        }
    }
}
