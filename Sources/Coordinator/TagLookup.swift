import FleetRegistry
import Registry
import ScanModel
import Store

/// Finds out what tags of a run stand for and stores it, batch by batch.
struct TagLookup: Sendable {
    /// Images resolved and stored together.
    private static let batch = 256
    /// After so many looks more a tag fails that gets no answer from a registry that is there, and so do repositories.
    static let looksWhileThere = 2
    /// How often a tag that moves while it is looked at is followed.
    private static let maxMoves = 3

    let store: Store
    let client: RegistryClient
    let run: Run
    let concurrency: Int

    /// A tag, or a digest, that a run is to look at.
    struct Name: Sendable, Hashable {
        let registry: String
        let repository: String
        let tag: String
        let digest: Digest?
    }

    /// A tag about which its registry gave no answer for the moment.
    struct Unanswered: Sendable {
        let name: Name
        /// As it is stored, with the reason, where no later look helps.
        let image: FoundImage
    }

    /// Finds out what any number of names stand for, batch by batch; returns those that got no answer.
    func addAll(_ names: [Name]) async throws -> [Unanswered] {
        var unanswered: [Unanswered] = []
        for start in stride(from: 0, to: names.count, by: Self.batch) {
            unanswered += try await add(Array(names[start..<min(start + Self.batch, names.count)]))
        }
        return unanswered
    }

    /// Looks again at tags that got no answer; returns those that a further look may help.
    ///
    /// While their registry answers nothing a few are asked for, no more; once it is there, a tag that still gets no answer
    /// after ``looksWhileThere`` looks has failed. One broken image holds up no run for minutes.
    func lookAgain(_ unanswered: [Unanswered], looks: Int) async throws -> [Unanswered] {
        var silent: [Unanswered] = []
        var rest = unanswered[...]
        var isThere = false
        while !rest.isEmpty {
            let some = rest.prefix(isThere ? Self.batch : concurrency)
            rest = rest.dropFirst(some.count)
            let again = try await add(some.map(\.name))
            if let first = again.first {
                let place = first.name
                guard await answers(place.registry, repository: place.repository) else {
                    return Array(rest) + again + silent
                }
            }
            silent += again
            isThere = true
        }
        guard looks >= Self.looksWhileThere else { return silent }
        try await fail(silent)
        return []
    }

    /// Stores tags as failed that got no answer, batch by batch: a registry that is away may have any number.
    func fail(_ unanswered: [Unanswered]) async throws {
        for start in stride(from: 0, to: unanswered.count, by: Self.batch) {
            let some = unanswered[start..<min(start + Self.batch, unanswered.count)]
            try await store.add(some.map(\.image), to: run)
        }
    }

    /// Whether a registry answers a question about a repository, whatever it says.
    func answers(_ registry: String, repository: String) async -> Bool {
        do {
            try await client.askForTag(registry, repository: repository)
            return true
        } catch {
            return (error as? RegistryError)?.isTransient != true
        }
    }

    /// Finds out what names stand for and stores it; returns those that got no answer, which are not stored.
    private func add(_ names: [Name]) async throws -> [Unanswered] {
        let resolver = ImageResolver(client: client, platform: run.platform)
        var images = try await mapInOrder(names, atATime: concurrency) { name in
            await resolver.head(
                registry: name.registry,
                repository: name.repository,
                tag: name.tag,
                digest: name.digest
            )
        }
        let digests = images.compactMap(\.digest)
        let known = try await store.knownResolutions(digests, platform: run.platform)
        // Several tags of one digest cost one manifest.
        var asked: Set<Digest> = []
        let unknown = images.indices.filter { index in
            guard case .known = images[index].outcome, let digest = images[index].digest else { return false }
            return !known.contains(digest.description) && asked.insert(digest).inserted
        }
        let resolved = try await mapInOrder(unknown, atATime: concurrency) { [images] index in
            (index, await resolver.resolve(images[index]))
        }
        for (index, image) in resolved { images[index] = image }
        try await followMoves(&images, resolver)
        // A digest that failed for one tag failed for all of them.
        var failures: [Digest: FoundImage] = [:]
        for (_, image) in resolved {
            if let digest = image.digest {
                switch image.outcome {
                case .failed, .gone: failures[digest] = image
                case .known, .image, .unsupported: break
                }
            }
        }
        for index in images.indices {
            if case .known = images[index].outcome, let digest = images[index].digest, let failure = failures[digest] {
                images[index].outcome = failure.outcome
                images[index].isUnanswered = failure.isUnanswered
            }
        }
        try await store.add(images.filter { !$0.isUnanswered }, to: run)
        return zip(names, images).filter { $0.1.isUnanswered }.map { Unanswered(name: $0.0, image: $0.1) }
    }

    /// Looks again at tags whose manifest, or a part of it, went away between the question and the fetch: they name another
    /// one by now.
    private func followMoves(_ images: inout [FoundImage], _ resolver: ImageResolver) async throws {
        for _ in 0..<Self.maxMoves {
            let lost = Set(
                images.compactMap { image -> Digest? in
                    switch image.outcome {
                    case .gone: image.digest
                    case .failed: image.isIncomplete ? image.digest : nil
                    case .known, .image, .unsupported: nil
                    }
                }
            )
            let moved = images.indices.filter { index in
                images[index].digest.map { lost.contains($0) && images[index].tag != $0.description } ?? false
            }
            guard !moved.isEmpty else { return }
            let again = try await mapInOrder(moved, atATime: concurrency) { [images] index in
                (index, await follow(images[index], resolver))
            }
            for (index, image) in again { images[index] = image }
            guard again.contains(where: { $0.1.digest.map { !lost.contains($0) } ?? false }) else { return }
        }
    }

    private func follow(_ image: FoundImage, _ resolver: ImageResolver) async -> FoundImage {
        let now = await resolver.head(
            registry: image.registry,
            repository: image.repository,
            tag: image.tag,
            digest: nil
        )
        guard case .known = now.outcome else { return now }
        // The same digest and still no manifest: the registry lists what it does not have.
        return now.digest == image.digest ? image : await resolver.resolve(now)
    }
}
