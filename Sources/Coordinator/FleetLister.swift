import Logging
import Registry
import ScanModel
import Store

/// Finds every image of a run's targets and hands them to the plan in batches.
struct FleetLister: Sendable {
    /// Repositories of one registry listed at a time: most have a few tags, and would wait for each answer in turn.
    private static let repositoriesAtATime = 6
    /// Registries listed at a time.
    private static let registriesAtATime = 8

    let store: Store
    let client: RegistryClient
    let run: Run
    let concurrency: Int
    /// ``CoordinatorSettings/listingPauses``.
    let patience: [Duration]
    let progress: ListingProgress
    let logger: Logger

    private var tags: TagLookup { TagLookup(store: store, client: client, run: run, concurrency: concurrency) }

    /// What came of listing one repository.
    private struct Listed: Sendable {
        var unanswered: [TagLookup.Unanswered] = []
        /// Whether a tag that was not listed is not there.
        var isWhole = true
    }

    /// Lists all targets; returns the repositories whose tags were listed as a whole.
    ///
    /// A target or a repository that cannot be listed becomes a problem of the run, and the rest goes on.
    ///
    /// Each registry is listed by itself, so that one which is slow or asks for patience does not hold up the others.
    func list() async throws -> [ListedRepository] {
        var groups: [String: [String]] = [:]
        for text in run.targets { groups[RegistryTarget(text)?.registry ?? "", default: []].append(text) }
        return try await withThrowingTaskGroup(of: [ListedRepository].self) { group in
            var whole: [ListedRepository] = []
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
    private func list(_ targets: [String]) async throws -> [ListedRepository] {
        var whole: [ListedRepository] = []
        var images: [String: [TagLookup.Name]] = [:]
        var repositories: [String: [String: String]] = [:]
        for text in targets {
            guard let target = RegistryTarget(text) else {
                try await store.addProblem(run: run, target: text, reason: "not a registry, repository or image")
                continue
            }
            guard let repository = target.repository else {
                do { whole += try await listRegistry(target.registry) } catch let error as RegistryError {
                    try await store.addProblem(run: run, target: text, reason: error.message)
                }
                continue
            }
            if target.tag != nil || target.digest != nil {
                let tag = target.tag ?? target.digest?.description ?? "latest"
                images[target.registry, default: []].append(
                    TagLookup.Name(registry: target.registry, repository: repository, tag: tag, digest: target.digest)
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
                    run: run,
                    target: texts[repository] ?? "\(registry)/\(repository)",
                    reason: error.message
                )
            }
        }
        return whole
    }

    private func listRegistry(_ registry: String) async throws -> [ListedRepository] {
        var repositories: [String] = []
        let summary = try await client.catalog(registry) { page in repositories += page }
        for problem in summary.problems {
            try await store.addProblem(run: run, target: registry + ListGaps.catalog, reason: problem)
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
            try await store.addProblem(run: run, target: "\(registry)/\(repository)", reason: error.message)
        }
        return listing.whole
    }

    /// What came of listing repositories of a registry so far.
    private struct Listing {
        typealias Refusal = (repository: String, error: RegistryError)

        let registry: String
        /// Those whose tags were listed as a whole, or that are gone.
        var whole: [ListedRepository] = []
        var failures: [Refusal] = []
        /// Those whose tags are not to be had, which proves nothing.
        var silent: [Refusal] = []
        /// Those of which the registry says that there is none.
        var gone: [Refusal] = []
        var unanswered: [TagLookup.Unanswered] = []
        /// Whether the last look at repositories brought some of ``unanswered``.
        var isFresh = false
        /// One that was listed: it tells whether the registry is there.
        var answering: String?

        init(of registry: String) { self.registry = registry }

        /// Those that have failed for the moment.
        var waiting: [String] { failures.filter { $0.error.isTransient }.map(\.repository) }

        /// Takes what a look at `names` brought, in place of what had failed for the moment.
        mutating func take(_ names: [String], _ outcomes: [Result<Outcome, any Error>]) throws {
            failures.removeAll { $0.error.isTransient }
            isFresh = false
            for (repository, outcome) in zip(names, outcomes) {
                switch try outcome.get() {
                case .listed(let listed):
                    answering = repository
                    unanswered += listed.unanswered
                    if !listed.unanswered.isEmpty { isFresh = true }
                    if listed.isWhole { whole.append(ListedRepository(registry: registry, name: repository)) }
                case .gone(let error):
                    whole.append(ListedRepository(registry: registry, name: repository))
                    gone.append((repository, error))
                case .empty(let error): silent.append((repository, error))
                case .failed(let error): failures.append((repository, error))
                }
            }
        }
    }

    /// Lists repositories of a registry, and looks at images of it that were named; again after a while where it gives no
    /// answer for the moment.
    private func list(
        _ repositories: [String],
        of registry: String,
        images: [TagLookup.Name] = []
    ) async throws -> Listing {
        var listing = Listing(of: registry)
        var names = repositories
        var broken: [Listing.Refusal] = []
        await progress.add(named: names.count)
        listing.unanswered = try await tags.addAll(images)
        let pauses: [Duration?] = [nil] + patience.map(Optional.some)
        for (looks, pause) in pauses.enumerated() {
            var isThere = false
            if let pause {
                logger.info(
                    """
                    \(registry): \(names.count) repositories could not be listed and \(listing.unanswered.count) tags got \
                    no answer; again in \(pause)
                    """
                )
                try await Task.sleep(for: pause)
                listing.unanswered = try await tags.lookAgain(listing.unanswered, looks: looks)
                // Before the others: what is asked of a registry that comes back just then tells nothing of them.
                if looks >= TagLookup.looksWhileThere, !names.isEmpty, let answering = listing.answering {
                    isThere = await tags.answers(registry, repository: answering)
                }
            }
            let outcomes = try await look(at: names, in: registry)
            try listing.take(names, outcomes)
            if isThere, listing.waiting.count == names.count {
                // None came right, and the registry answers: they fail by themselves, and hold up no run for minutes.
                let vain = listing.failures.filter { Self.isOfRepository($0.error) }
                listing.failures.removeAll { Self.isOfRepository($0.error) }
                broken += vain
                await progress.add(listed: vain.count)
            }
            names = listing.waiting
            await progress.tellNow()
            if names.isEmpty, listing.unanswered.isEmpty { break }
        }
        if !names.isEmpty {
            // Nobody looks at them again.
            await progress.add(listed: names.count)
            await progress.tellNow()
        }
        if listing.isFresh {
            // Of a repository that was listed in the last look only they have had no other.
            if let pause = patience.first { try await Task.sleep(for: pause) }
            listing.unanswered = try await tags.lookAgain(listing.unanswered, looks: pauses.count)
        }
        try await tags.fail(listing.unanswered)
        listing.failures += broken
        return listing
    }

    /// Lists repositories, some at a time; those that a further look may help do not count as listed yet.
    private func look(at names: [String], in registry: String) async throws -> [Result<Outcome, any Error>] {
        try await mapInOrder(names, atATime: Self.repositoriesAtATime) { repository in
            let result = await outcome(of: repository, in: registry)
            switch result {
            case .success(.failed(let error)) where error.isTransient: break
            case .success, .failure: await progress.add(listed: 1)
            }
            return result
        }
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
                run: run,
                target: "\(registry)/\(repository)\(ListGaps.tags)",
                reason: problem
            )
        }
        let names = listing.tags.sorted().map {
            TagLookup.Name(registry: registry, repository: repository, tag: $0, digest: nil)
        }
        var listed = Listed(isWhole: listing.isWhole)
        listed.unanswered = try await tags.addAll(names)
        return listed
    }
}
