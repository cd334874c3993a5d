import AnchoreAPI
import Logging
import ScanModel
import Store

/// Has images analysed that a cluster wants to run and nobody has seen: asked for once, in the background, a few at a time.
actor ImageArrivals {
    /// Registries asked at a time, and images that wait for that.
    private static let maxRunning = 8
    private static let maxKnown = 4096
    /// How soon one is asked for again, whatever came of it.
    private static let pause = Duration.seconds(60)

    struct Wish: Hashable, Sendable {
        let account: String
        let registry: String
        /// As the fleet keeps it.
        let repository: String
        /// The tag, or the digest where there is none.
        let tag: String
        let digest: Digest?
    }

    private let service: AnchoreService
    private var known: [Wish: (since: ContinuousClock.Instant, failure: String?)] = [:]
    private var running = 0
    private var waiting: [Wish] = []

    init(service: AnchoreService) { self.service = service }

    /// Sees to it that an image is analysed, soon; why that failed the last time, where it did.
    func expect(_ wish: Wish) -> String? {
        if let found = known[wish], .now - found.since < Self.pause { return found.failure }
        if known.count >= Self.maxKnown {
            known = known.filter { .now - $0.value.since < Self.pause }
            guard known.count < Self.maxKnown else { return "too many images are new at a time" }
        }
        known[wish] = (.now, nil)
        waiting.append(wish)
        startNext()
        return nil
    }

    private func startNext() {
        while running < Self.maxRunning, let wish = waiting.popLast() {
            running += 1
            // Nobody waits for it: whoever asked looks into the database again.
            Task {
                await self.add(wish)
                self.running -= 1
                self.startNext()
            }
        }
    }

    private func add(_ wish: Wish) async {
        do {
            let image = try await service.lookup.image(
                registry: wish.registry,
                repository: wish.repository,
                tag: wish.tag,
                digest: wish.digest
            )
            _ = try await service.store.addImage(
                image,
                to: wish.account,
                dockerfile: nil,
                annotations: nil,
                subscriptions: [],
                analysisVersion: service.settings.analysisVersion,
                shards: service.settings.shards
            )
        } catch {
            let reason = (error as? AnchoreError)?.message ?? "it could not be added; see the server's log"
            let told = (error as? AnchoreError)?.message ?? "\(error)"
            service.logger.warning("admission: \(wish.registry)/\(wish.repository):\(wish.tag): \(told)")
            known[wish] = (.now, reason)
        }
    }
}
