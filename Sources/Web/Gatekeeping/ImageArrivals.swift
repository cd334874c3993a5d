import AnchoreAPI
import Logging
import ScanModel
import Store

/// Asks registries what images are that a cluster wants to run, and has those analysed that nobody has seen: in the
/// background, a few at a time, each once in a while.
actor ImageArrivals {
    /// Registries asked at a time, and images that wait for that or are not asked for again yet.
    private static let maxRunning = 8
    private static let maxKnown = 4096
    /// Those of one namespace, and those of questions that name none.
    private static let maxOfNamespace = 512
    private static let maxOfNone = 2048

    struct Wish: Hashable, Sendable {
        let scope: AccountScope
        let registry: String
        /// As the fleet keeps it.
        let repository: String
        /// The tag, or the digest where there is none.
        let tag: String
        let digest: Digest?
    }

    private struct Arrival {
        let namespace: String?
        /// When it was asked for, or what came of that.
        let since = ContinuousClock.now
        var isDone = false
        var failure: String?
    }

    private let service: AnchoreService
    /// How soon one is asked for again, whatever came of it.
    private let pause: Duration
    private var known: [Wish: Arrival] = [:]
    private var running: Set<Wish> = []
    /// Each once and the newest last, which goes first; all of them are known, and none is running.
    private var waiting: [(wish: Wish, namespace: String?)] = []

    init(service: AnchoreService, pause: Duration) {
        self.service = service
        self.pause = pause
    }

    /// Whether the registry said lately what the image is, and the database knows.
    func isSettled(_ wish: Wish) -> Bool {
        guard let found = known[wish], isNew(found) else { return false }
        return found.isDone && found.failure == nil
    }

    /// Sees to it that the registry is asked and the image analysed, soon; why that failed the last time, where it did.
    ///
    /// Each namespace has its share, so that none can keep out the images of others; `nil` where the question names none.
    func expect(_ wish: Wish, of namespace: String?) -> String? {
        if let found = known[wish], isNew(found) { return found.failure }
        if running.contains(wish) { return nil }
        waiting.removeAll { $0.wish == wish }
        if !hasRoom(namespace) {
            known = known.filter { isNew($0.value) }
            waiting.removeAll { known[$0.wish] == nil }
            guard hasRoom(namespace) else { return "too many images are new at a time" }
        }
        known[wish] = Arrival(namespace: namespace)
        waiting.append((wish, namespace))
        startNext()
        return nil
    }

    private func isNew(_ arrival: Arrival) -> Bool { .now - arrival.since < pause }

    private func hasRoom(_ namespace: String?) -> Bool {
        known.count < Self.maxKnown
            && known.count(where: { $0.value.namespace == namespace })
                < (namespace == nil ? Self.maxOfNone : Self.maxOfNamespace)
    }

    private func startNext() {
        while running.count < Self.maxRunning, let next = waiting.popLast() {
            running.insert(next.wish)
            // Nobody waits for it: whoever asked looks into the database again.
            Task {
                let failure = await self.add(next.wish)
                self.known[next.wish] = Arrival(namespace: next.namespace, isDone: true, failure: failure)
                self.running.remove(next.wish)
                self.startNext()
            }
        }
    }

    /// Why the image could not be added.
    ///
    /// What the registry said is for the log alone: whoever may make a pod chooses the host, and would read what hosts
    /// answer that only the server reaches.
    private func add(_ wish: Wish) async -> String? {
        do {
            guard try await mayAsk(wish.registry) else { return "its registry is one that is not asked" }
            let image = try await service.lookup.image(
                registry: wish.registry,
                repository: wish.repository,
                tag: wish.tag,
                digest: wish.digest,
                of: wish.scope.reader
            )
            _ = try await service.store.addImage(
                image,
                to: wish.scope.account,
                dockerfile: nil,
                annotations: nil,
                subscriptions: [],
                analysisVersion: service.settings.analysisVersion
                    + (try await service.store.collection()).versionSuffix,
                shards: service.settings.shards
            )
            return nil
        } catch {
            let told = (error as? AnchoreError)?.message ?? "\(error)"
            service.logger.warning("admission: \(wish.registry)/\(wish.repository):\(wish.tag): \(told)")
            return "it could not be fetched from its registry; the server's log says why"
        }
    }

    /// Whether a registry is asked because an image names it: one on the server's own machine, whatever its name, where
    /// somebody added it.
    private func mayAsk(_ registry: String) async throws -> Bool {
        if !LocalHost.isMeant(by: registry),
            try await !service.lookup.isNear(LocalHost.name(of: registry))
        {
            return true
        }
        return try await service.store.registries().contains { $0.host == registry && $0.isConfigured }
    }
}
