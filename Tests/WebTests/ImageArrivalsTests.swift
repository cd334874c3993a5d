import Access
import AnchoreAPI
import Logging
import ScanModel
import Store
import Synchronization
import Testing

@testable import Web

@Suite("Images that clusters want to run and nobody has seen")
struct ImageArrivalsTests {
    @Test("an image that is asked for again and again while registries hang is looked up once")
    func once() async throws {
        let lookup = HangingLookup()
        let store = Store(url: "host=/nonexistent")
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = try AnchoreService(
            store: store,
            passwords: try PasswordChecks(),
            lookup: lookup,
            policies: PolicyEngine(),
            settings: AnchoreService.Settings(
                analysisVersion: "1",
                shards: 4,
                version: "1.2.3",
                host: "test",
                queue: {},
                workers: { [] },
                syncFeeds: {}
            ),
            logger: logger
        )
        // Every question comes later than the pause after the one before it.
        let arrivals = ImageArrivals(service: service, pause: .zero)
        func ask(_ repository: String) async -> String? {
            let wish = ImageArrivals.Wish(
                scope: AccountScope(account: "admin", seesFleet: true),
                registry: "registry.test",
                repository: repository,
                tag: "1",
                digest: nil
            )
            return await arrivals.expect(wish, of: "shop")
        }
        // More than go at a time: the rest waits, the newest first.
        for number in 0..<8 { #expect(await ask("busy\(number)") == nil) }
        #expect(await ask("last") == nil)
        for _ in 0..<50 {
            #expect(await ask("app") == nil)
            #expect(await ask("busy0") == nil)
        }
        lookup.release()
        let names = ["app", "last"] + (0..<8).map { "busy\($0)" }
        while Set(lookup.asked).count < names.count { try await Task.sleep(for: .milliseconds(5)) }
        #expect(lookup.asked.sorted() == names.sorted())
        await store.close()
    }
}

/// A registry that answers nobody until it is released, and then has nothing.
private final class HangingLookup: RegistryLookup {
    private struct State {
        var asked: [String] = []
        var isReleased = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// The repositories that were asked about, each as often as it was.
    var asked: [String] { state.withLock { $0.asked } }

    func release() {
        let waiting = state.withLock { state in
            state.isReleased = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func image(
        registry: String,
        repository: String,
        tag: String,
        digest: Digest?,
        of account: String?
    ) async throws -> FoundImage {
        await withCheckedContinuation { continuation in
            let isReleased = state.withLock { state in
                state.asked.append(repository)
                if !state.isReleased { state.waiting.append(continuation) }
                return state.isReleased
            }
            if isReleased { continuation.resume() }
        }
        throw AnchoreError.notFound("no such image")
    }

    func tags(registry: String, repository: String, of account: String?) async throws -> [String] { [] }

    func documents(registry: String, repository: String, digest: Digest) async throws -> ImageDocuments {
        throw AnchoreError.notFound("no documents")
    }

    func isPlainHTTP(host: String, user: String, password: String, verify: Bool) async throws -> Bool { false }

    func isNear(_ host: String) async throws -> Bool { false }

    func seal(_ password: String) throws -> [UInt8] { [] }
}
