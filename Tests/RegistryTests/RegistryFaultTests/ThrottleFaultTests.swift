import NIOHTTP1
import ScanModel
import Synchronization
import TallymanTesting
import Testing

@testable import Registry

/// A gate that lets everything through, or nothing, and notes what it is told.
private final class NotingGate: RequestGate {
    struct Note: Sendable {
        var cost: RequestCost
        var feedback: RegistryFeedback
    }

    let notes = Mutex<[Note]>([])
    let open = Mutex<Set<String>>([])
    let isClosed: Bool

    init(isClosed: Bool = false) { self.isClosed = isClosed }

    func admit(_ registry: String, _ cost: RequestCost, patience: Duration) async throws -> GatePass {
        if isClosed {
            throw RegistryError(.throttled, "not now", isTransient: true, retryAfter: .seconds(60))
        }
        let pass = GatePass(registry: registry, id: "\(UInt64.random(in: 0...(.max)))")
        open.withLock { _ = $0.insert(pass.id) }
        return pass
    }

    func end(_ pass: GatePass, _ cost: RequestCost, _ feedback: RegistryFeedback) async {
        #expect(open.withLock { $0.remove(pass.id) } != nil)
        notes.withLock { $0.append(Note(cost: cost, feedback: feedback)) }
    }
}

@Suite("Registry faults: rate limits")
struct ThrottleFaultTests {
    @Test("F34: what each answer says of patience and pulls is told to the gate, and every pass is ended once")
    func feedback() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        let image = TestImage(layers: [[1, 2, 3]])
        registry.add(image, as: "a", tag: "1")
        registry.add(.status(429, [("Retry-After", "792.351µs")]), at: "a/manifests/", requests: 1...1)
        registry.add(
            Fault { _, answer in
                answer.with("RateLimit-Limit", "100;w=21600").with("RateLimit-Remaining", "76;w=21600").steps
            },
            at: "a/manifests/",
            requests: 2...2
        )
        registry.add(.drop(after: 1), at: "a/blobs/", requests: 1...1)
        let gate = NotingGate()
        try await withClient(gate: gate) { client in
            let reference = ImageReference(registry: registry.host, repository: "a", tag: "1")
            _ = try await client.manifest(reference)
            _ = try await client.tags(registry.host, repository: "a")
            let layer = try #require(image.blobs.first { $0.value == [1, 2, 3] })
            _ = try await client.verifiedBlob(
                registry: registry.host,
                repository: "a",
                digest: layer.key,
                size: 3,
                maxBytes: 10
            )
        }
        let notes = gate.notes.withLock { $0 }
        #expect(notes.map(\.cost) == [.pull, .pull, .free, .free, .free])
        #expect(notes.map(\.feedback.isThrottled) == [true, false, false, false, false])
        #expect(notes.first?.feedback.retryAfter == .zero)
        #expect(notes[1].feedback.quota == PullQuota(limit: 100, remaining: 76, window: .seconds(21_600)))
        #expect(gate.open.withLock { $0.isEmpty })
    }

    @Test("F34: a refusal that says only in its body how long to wait is understood")
    func bodyHint() async throws {
        let text = #"{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 2.5s, allowed: 44000/minute"}]}"#
        let server = try FaultServer { _, number in
            number == 1 ? .reply(429, text: text) : .reply(200, text: #"{"tags":[]}"#)
        }
        defer { server.stop() }
        let gate = NotingGate()
        try await withClient(gate: gate) { client in _ = try await client.tags(server.host, repository: "a") }
        #expect(gate.notes.withLock { $0.first?.feedback.retryAfter } == .milliseconds(2500))
    }

    @Test("F34: who has no patience is told at once that it is not its turn, and nothing is sent")
    func closed() async throws {
        let server = try FaultServer { _, _ in .reply(200) }
        defer { server.stop() }
        try await withClient(gate: NotingGate(isClosed: true)) { client in
            let error = await failure { _ = try await client.tags(server.host, repository: "a") }
            #expect(error?.code == .throttled && error?.retryAfter == .seconds(60))
            let blob = await failure {
                try await client.streamBlob(registry: server.host, repository: "a", digest: digest([1]), size: 1) { _ in
                }
            }
            #expect(blob?.code == .throttled)
        }
        #expect(server.requests.isEmpty)
    }

    @Test(
        "F34: quotas are read in every form that registries write",
        arguments: [
            (["ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"], (100, 76, 21_600)),
            (["RateLimit-Limit": "10", "RateLimit-Remaining": "3", "RateLimit-Reset": "30"], (10, 3, 30)),
            (
                ["X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000050"],
                (10, 0, 50)
            ),
            (["RateLimit": "limit=100, remaining=50, reset=5"], (100, 50, 5)),
            (["RateLimit": "\"default\";r=7;t=9", "RateLimit-Policy": "\"default\";q=20;w=60"], (20, 7, 9)),
            (["ratelimit-remaining": "-5;w=1e300", "ratelimit-limit": "nan"], (0, 0, 604_800)),
        ] as [([String: String], (Int, Int, Int))]
    )
    func quotas(headers: [String: String], expected: (Int, Int, Int)) {
        let quota = PullQuota(HTTPHeaders(headers.map { ($0.key, $0.value) }), unixNow: 1_700_000_000)
        #expect(quota == PullQuota(limit: expected.0, remaining: expected.1, window: .seconds(expected.2)))
    }

    @Test("F34: headers that say nothing of a quota are none", arguments: ["", "x", ";;;=", "w=5"])
    func noQuota(text: String) {
        #expect(PullQuota(HTTPHeaders([("ratelimit-remaining", text)]), unixNow: 0) == nil)
        #expect(PullQuota(HTTPHeaders([("ratelimit", text)]), unixNow: 0) == nil)
    }

    @Test(
        "F34: waits are read as Go writes them",
        arguments: [
            ("792.351µs", 0.000_792_351), ("1m30s", 90), ("1h0m0.5s", 3600.5), ("500ms", 0.5), ("9ns", 9e-9),
            ("5", nil), ("s", nil), ("1x", nil), ("1.2.3s", nil), ("", nil),
        ] as [(String, Double?)]
    )
    func goDurations(text: String, expected: Double?) {
        let seconds = GoDuration.seconds(text)
        #expect((seconds == nil) == (expected == nil))
        #expect(abs((seconds ?? 0) - (expected ?? 0)) < 1e-9)
    }
}
