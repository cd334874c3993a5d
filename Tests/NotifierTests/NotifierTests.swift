import AnchoreAPI
import FleetRegistry
import Logging
import Notifications
import Postgres
import Store
import Synchronization
import TallymanTesting
import Testing

@testable import Notifier

extension Tag {
    @Tag static var integration: Self
}

@Suite("The notifier", .tags(.integration), .enabled(if: ScratchDatabase.isWanted, "\(ScratchDatabase.hint)"))
struct NotifierTests {
    private static let box = SecretBox(secret: "0123456789abcdef")

    /// A store on a database of its own.
    private func withStore(_ body: (Store) async throws -> Void) async throws {
        try await ScratchDatabase.with { url in
            let store = Store(url: url, connections: 6)
            let result: Result<Void, any Error>
            do {
                _ = try await Migrations.apply(on: store.pool)
                result = .success(try await body(store))
            } catch { result = .failure(error) }
            await store.close()
            try result.get()
        }
    }

    private func notifier(_ store: Store, _ change: (inout DeliveryPolicy) -> Void = { _ in }) -> Notifier {
        var options = SenderOptions()
        options.rules.allowsPrivate = true
        options.timeout = .milliseconds(500)
        var policy = DeliveryPolicy()
        policy.base = .zero
        change(&policy)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return Notifier(
            store: store,
            sender: MessageSender(box: Self.box, options: options),
            options: options,
            policy: policy,
            logger: logger
        )
    }

    private func add(_ name: String, _ url: String, to store: Store) async throws {
        let address = ChannelAddress(kind: .anchore, url: url)
        try await store.setChannel(
            name: name,
            kind: "anchore",
            target: address.shown,
            sealed: try #require(Self.box).seal(String(decoding: address.json.bytes, as: UTF8.self)),
            filter: ChannelFilter()
        )
    }

    private func tell(_ count: Int, _ store: Store) async throws {
        try await store.pool.run { session in
            _ = try session.execute(
                """
                INSERT INTO notifications (account, kind, subject, payload)
                SELECT 'admin', 'tag_update', 'r.test/app:' || number, '{"curr_eval":["b"],"last_eval":["a"]}'
                FROM generate_series(1, \(count)) AS number
                """
            )
        }
    }

    private func states(_ store: Store) async throws -> [String: Int] {
        try await store.pool.run { session in
            Dictionary(
                try session.execute("SELECT state, count(*) FROM notification_deliveries GROUP BY 1").map {
                    (try $0.string(0), try $0.int(1))
                }
            ) { first, _ in first }
        }
    }

    /// Lets every other message fail when it comes for the first time.
    private final class KnownKeys: Sendable {
        private let keys = Mutex<Set<String>>([])

        func isFirstOfTwo(_ request: FaultServer.Request) -> Bool {
            keys.withLock { $0.insert(request.headers["idempotency-key"] ?? "").inserted && $0.count % 2 == 1 }
        }
    }

    @Test("Messages reach an endpoint that works while another one hangs, fails, or refuses for good")
    func delivery() async throws {
        try await withStore { store in
            let known = KnownKeys()
            let good = try FaultServer { request, _ in .reply(known.isFirstOfTwo(request) ? 503 : 200) }
            let hanging = try FaultServer { _, _ in [.pause(.seconds(5))] }
            let final = try FaultServer { _, _ in .reply(410, text: "gone") }
            defer { for server in [good, hanging, final] { server.stop() } }
            try await add("good", good.url, to: store)
            try await add("hanging", hanging.url, to: store)
            try await add("final", final.url, to: store)
            try await tell(5, store)
            let notifier = notifier(store) { $0.maxFailures = 2 }
            for _ in 0..<20 where try await states(store)["waiting"] != nil { try await notifier.round() }
            let status = try await store.channels()
            #expect(status.map(\.channel.name) == ["final", "good", "hanging"])
            #expect(status.map(\.dead) == [5, 0, 5] && status.map(\.waiting) == [0, 0, 0])
            #expect(status[2].lastError?.contains("no answer in time") == true)
            let keys = good.requests.compactMap { $0.headers["idempotency-key"] }
            #expect(Set(keys).count == 5 && keys.count >= 6, "a failed one came again under its key")
            let bodies = try good.requests.map { try JSONReader.read(Array($0.body.utf8)) }
            let ids = bodies.compactMap { $0["data"]?["notification_payload"]?["notificationId"]?.string }
            #expect(Set(ids).count == 5)
        }
    }

    @Test("Four notifiers at once, one of which is cut off again and again, deliver each message and lose none")
    func together() async throws {
        try await withStore { store in
            let server = try FaultServer { _, _ in [.pause(.milliseconds(2))] + .reply(200) }
            defer { server.stop() }
            for name in ["a", "b", "c"] { try await add(name, server.url, to: store) }
            try await tell(40, store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        while try await states(store)["waiting"] != nil { try await notifier(store).round() }
                    }
                }
                // A process that dies in the middle: what it had claimed is free when its lease has run out.
                group.addTask {
                    for _ in 0..<10 {
                        let dying = Task { try await notifier(store).round() }
                        try await Task.sleep(for: .milliseconds(5))
                        dying.cancel()
                        _ = await dying.result
                        try await store.pool.run {
                            _ = try $0.execute(
                                "UPDATE notification_deliveries SET not_before = now() WHERE state = 'waiting'"
                            )
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await states(store) == ["delivered": 120])
            #expect(Set(server.requests.compactMap { $0.headers["idempotency-key"] }).count == 120)
        }
    }

    @Test("Messages are sent though whom changed findings concern cannot be worked out")
    func otherStepsFail() async throws {
        try await withStore { store in
            let server = try FaultServer { _, _ in .reply(200) }
            defer { server.stop() }
            try await add("good", server.url, to: store)
            try await tell(3, store)
            try await store.pool.run { _ = try $0.execute("ALTER TABLE finding_wave RENAME TO finding_wave_gone") }
            #expect(try await notifier(store).round() == 3)
            #expect(try await states(store) == ["delivered": 3])
        }
    }

    @Test("What a stop finds under way is ended and noted")
    func stop() async throws {
        try await withStore { store in
            let server = try FaultServer { _, _ in [.pause(.milliseconds(200))] + .reply(200) }
            defer { server.stop() }
            try await add("slow", server.url, to: store)
            try await tell(1, store)
            let stopped = Task { try await notifier(store).round() }
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            stopped.cancel()
            #expect(try await stopped.value == 1)
            #expect(try await states(store) == ["delivered": 1])
            #expect(server.requests.count == 1)
        }
    }

    @Test("A channel whose key is another one is told apart, and keeps its messages")
    func otherKey() async throws {
        try await withStore { store in
            try await store.setChannel(
                name: "x",
                kind: "anchore",
                target: "t",
                sealed: try #require(SecretBox(secret: "another key altogether")).seal("{}"),
                filter: ChannelFilter()
            )
            try await tell(1, store)
            #expect(try await notifier(store).round() == 1)
            #expect(try await store.channels().first?.lastError?.contains("TALLYMAN_SECRET_KEY") == true)
            #expect(try await states(store) == ["waiting": 1])
        }
    }
}
