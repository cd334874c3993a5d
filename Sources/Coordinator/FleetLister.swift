import FleetRegistry
import Logging
import Registry
import ScanModel
import Store

/// Finds every image of a run's targets and hands them to the plan in batches.
struct FleetLister: Sendable {
    /// Images resolved and stored together.
    private static let batch = 256
    /// Repositories of one registry listed at a time: most have a few tags, and would wait for each answer in turn.
    private static let repositoriesAtATime = 6
    /// Registries listed at a time.
    private static let registriesAtATime = 8
    /// After so many looks more a tag fails that gets no answer from a registry that is there, and so do repositories.
    private static let looksWhileThere = 2
    /// How often a tag that moves while it is looked at is followed.
    private static let maxMoves = 3

    let store: Store
    let client: RegistryClient
    let run: Run
    let concurrency: Int
    /// ``CoordinatorSettings/listingPauses``.
    let patience: [Duration]
    let progress: ListingProgress
    let logger: Logger

    private struct Name: Sendable, Hashable {
        let registry: String
        let repository: String
        let tag: String
        let digest: Digest?
    }

    /// A tag about which its registry gave no answer for the moment.
    private struct Unanswered: Sendable {
        let name: Name
        /// As it is stored, with the reason, where no later look helps.
        let image: FoundImage
    }

    /// What came of listing one repository.
    private struct Listed: Sendable {
        var unanswered: [Unanswered] = []
        /// Whether a tag that was not listed is not there.
        var isWhole = true
    }

    /// Lists all targets; returns the repositories whose tags were listed as a whole.
    ///
    /// A target or a repository that cannot be listed becomes a problem of the run, and the rest goes on.
    ///
    /// Each registry is listed by itself, so that one which is slow or asks for patience does not hold up the others.
    func list() async throws -> [(String, String)] {
        var groups: [String: [String]] = [:]
        for text in run.targets { groups[RegistryTarget(text)?.registry ?? "", default: []].append(text) }
        return try await withThrowingTaskGroup(of: [(String, String)].self) { group in
            var whole: [(String, String)] = []
            var waiting = groups.sorted { $0.key < $1.key }.map(\.value)[...]
            for targets in waiting.prefix(Self.registriesAtATime) { group.addTask { try await list(targets) } }
            waiting = waiting.dropFirst(Self.registriesAtATime)
            while let listed = try await group.next() {
                whole += listed
                if let targets = waiting.popFirst() { group.addTask { try await list(targets) } }
            }
            return whole
        }
    }

    /// Lists the targets of one registry; images and repositories that were named go together, after catalogs.
    private func list(_ targets: [String]) async throws -> [(String, String)] {
        var whole: [(String, String)] = []
        var images: [String: [Name]] = [:]
        var repositories: [String: [String: String]] = [:]
        for text in targets {
            guard let target = RegistryTarget(text) else {
                try await store.addProblem(run: run.id, target: text, reason: "not a registry, repository or image")
                continue
            }
            guard let repository = target.repository else {
                do { whole += try await listRegistry(target.registry) } catch let error as RegistryError {
                    try await store.addProblem(run: run.id, target: text, reason: error.message)
                }
                continue
            }
            if target.tag != nil || target.digest != nil {
                let tag = target.tag ?? target.digest?.description ?? "latest"
                images[target.registry, default: []].append(
                    Name(registry: target.registry, repository: repository, tag: tag, digest: target.digest)
                )
            } else {
                repositories[target.registry, default: [:]][repository] = text
            }
        }
        for registry in Set(images.keys).union(repositories.keys).sorted() {
            let texts = repositories[registry] ?? [:]
            let listing = try await list(texts.keys.sorted(), of: registry, images: images[registry] ?? [])
            whole += listing.whole
            for (repository, error) in listing.failures + listing.silent + listing.gone {
                try await store.addProblem(
                    run: run.id,
                    target: texts[repository] ?? "\(registry)/\(repository)",
                    reason: error.message
                )
            }
        }
        return whole
    }

    private func listRegistry(_ registry: String) async throws -> [(String, String)] {
        var repositories: [String] = []
        let summary = try await client.catalog(registry) { page in repositories += page }
        for problem in summary.problems {
            try await store.addProblem(run: run.id, target: registry + ListGaps.catalog, reason: problem)
        }
        // A catalog may be shorter than the registry: that it names a repository no more proves nothing, and one in which
        // tags were seen is listed like the others.
        let known = Set(try await store.repositories(withTagsIn: registry))
        let named = Set(repositories)
        let listing = try await list(named.union(known).sorted(), of: registry)
        // A registry that lists nothing of what it names is a target that was not listed.
        let refused = listing.failures.filter { named.contains($0.repository) }
        if let first = refused.first, refused.count == named.count {
            throw RegistryError(
                first.error.code,
                "none of its \(named.count) repositories could be listed; \(first.repository): \(first.error.message)"
            )
        }
        // One that never had an image may be named and have no tags; of one that had some they are missed.
        for (repository, error) in listing.failures + listing.silent.filter({ known.contains($0.repository) }) {
            try await store.addProblem(run: run.id, target: "\(registry)/\(repository)", reason: error.message)
        }
        return listing.whole
    }

    /// What came of listing repositories of a registry.
    private struct Listing {
        typealias Refusal = (repository: String, error: RegistryError)

        /// Those whose tags were listed as a whole, or that are gone.
        var whole: [(String, String)] = []
        var failures: [Refusal] = []
        /// Those whose tags are not to be had, which proves nothing.
        var silent: [Refusal] = []
        /// Those of which the registry says that there is none.
        var gone: [Refusal] = []
    }

    /// Lists repositories of a registry, and looks at images of it that were named; again after a while where it gives no
    /// answer for the moment.
    private func list(
        _ repositories: [String],
        of registry: String,
        images: [Name] = []
    ) async throws -> Listing {
        var listing = Listing()
        var names = repositories
        // One that was listed: it tells whether the registry is there.
        var answering: String?
        var broken: [Listing.Refusal] = []
        await progress.add(named: names.count)
        var unanswered = try await addAll(images)
        var isFresh = false
        let pauses: [Duration?] = [nil] + patience.map(Optional.some)
        for (looks, pause) in pauses.enumerated() {
            var isThere = false
            if let pause {
                logger.info(
                    """
                    \(registry): \(names.count) repositories could not be listed and \(unanswered.count) tags got no answer; \
                    again in \(pause)
                    """
                )
                try await Task.sleep(for: pause)
                unanswered = try await lookAgain(unanswered, looks: looks)
                // Before the others: what is asked of a registry that comes back just then tells nothing of them.
                if looks >= Self.looksWhileThere, !names.isEmpty, let answering {
                    isThere = await answers(registry, repository: answering)
                }
            }
            let asked = names.count
            let outcomes = try await bounded(names, atATime: Self.repositoriesAtATime) { repository in
                let result = await outcome(of: repository, in: registry)
                switch result {
                case .success(.failed(let error)) where error.isTransient: break
                case .success, .failure: await progress.add(listed: 1)
                }
                return result
            }
            listing.failures.removeAll { $0.error.isTransient }
            isFresh = false
            for (repository, outcome) in zip(names, outcomes) {
                switch try outcome.get() {
                case .listed(let listed):
                    answering = repository
                    unanswered += listed.unanswered
                    if !listed.unanswered.isEmpty { isFresh = true }
                    if listed.isWhole { listing.whole.append((registry, repository)) }
                case .gone(let error):
                    listing.whole.append((registry, repository))
                    listing.gone.append((repository, error))
                case .empty(let error): listing.silent.append((repository, error))
                case .failed(let error): listing.failures.append((repository, error))
                }
            }
            if isThere, listing.failures.count(where: { $0.error.isTransient }) == asked {
                // None came right, and the registry answers: they fail by themselves, and hold up no run for minutes.
                let vain = listing.failures.filter { Self.isOfRepository($0.error) }
                listing.failures.removeAll { Self.isOfRepository($0.error) }
                broken += vain
                await progress.add(listed: vain.count)
            }
            names = listing.failures.filter { $0.error.isTransient }.map(\.repository)
            await progress.tellNow()
            if names.isEmpty, unanswered.isEmpty { break }
        }
        if !names.isEmpty {
            // Nobody looks at them again.
            await progress.add(listed: names.count)
            await progress.tellNow()
        }
        if isFresh {
            // Of a repository that was listed in the last look only they have had no other.
            if let pause = patience.first { try await Task.sleep(for: pause) }
            unanswered = try await lookAgain(unanswered, looks: pauses.count)
        }
        try await fail(unanswered)
        listing.failures += broken
        return listing
    }

    /// Whether a failure for the moment is one of the repository: a registry that asks for patience does so for all.
    private static func isOfRepository(_ error: RegistryError) -> Bool {
        error.isTransient && error.retryAfter == nil && error.code != .rateLimited && error.code != .throttled
    }

    private enum Outcome {
        case listed(Listed)
        /// There is no such repository, though the catalog may still name it.
        case gone(RegistryError)
        /// The catalog still names it and its tags are not to be had: that proves nothing, and is no error of one that has
        /// never had an image.
        case empty(RegistryError)
        case failed(RegistryError)
    }

    /// Lists a repository; or what ends the listing as a whole.
    private func outcome(of repository: String, in registry: String) async -> Result<Outcome, any Error> {
        do {
            try Task.checkCancellation()
            return .success(.listed(try await listRepository(registry, repository)))
        } catch let error as RegistryError where error.code != .cancelled {
            guard error.code == .notFound else { return .success(.failed(error)) }
            return .success(error.saysNoRepository ? .gone(error) : .empty(error))
        } catch {
            return .failure(error)
        }
    }

    private func listRepository(_ registry: String, _ repository: String) async throws -> Listed {
        let listing = try await client.tags(registry, repository: repository)
        for problem in listing.problems {
            try await store.addProblem(
                run: run.id,
                target: "\(registry)/\(repository)\(ListGaps.tags)",
                reason: problem
            )
        }
        let names = listing.tags.sorted().map {
            Name(registry: registry, repository: repository, tag: $0, digest: nil)
        }
        var listed = Listed(isWhole: listing.isWhole)
        listed.unanswered = try await addAll(names)
        return listed
    }

    /// Finds out what any number of names stand for, batch by batch; returns those that got no answer.
    private func addAll(_ names: [Name]) async throws -> [Unanswered] {
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
    private func lookAgain(_ unanswered: [Unanswered], looks: Int) async throws -> [Unanswered] {
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
    private func fail(_ unanswered: [Unanswered]) async throws {
        for start in stride(from: 0, to: unanswered.count, by: Self.batch) {
            let some = unanswered[start..<min(start + Self.batch, unanswered.count)]
            try await store.add(some.map(\.image), to: run)
        }
    }

    /// Whether a registry answers a question about a repository, whatever it says.
    private func answers(_ registry: String, repository: String) async -> Bool {
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
        var images = try await bounded(names) { name in
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
        let resolved = try await bounded(unknown) { [images] index in (index, await resolver.resolve(images[index])) }
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
            let again = try await bounded(moved) { [images] index in (index, await follow(images[index], resolver)) }
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

    /// Maps with at most `atATime` calls under way, by default `concurrency`, keeping the order.
    private func bounded<Item: Sendable, Result: Sendable>(
        _ items: [Item],
        atATime: Int? = nil,
        _ body: @escaping @Sendable (Item) async -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results: [Int: Result] = [:]
            var next = 0
            while next < items.count || !group.isEmpty {
                while next < items.count, next - results.count < atATime ?? concurrency {
                    let index = next
                    group.addTask { (index, await body(items[index])) }
                    next += 1
                }
                if let (index, result) = try await group.next() { results[index] = result }
                try Task.checkCancellation()
            }
            return items.indices.compactMap { results[$0] }
        }
    }
}
