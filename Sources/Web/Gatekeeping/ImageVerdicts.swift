import AnchoreAPI
import DedicatedThread
import Gatekeeping
import Logging
import ScanModel
import Store

/// Says of images by name what the newest analysis comes to under a policy.
struct ImageVerdicts: Sendable {
    /// Images judged at a time for one request.
    private static let parallel = 8
    /// How often an image that is being analysed is looked at.
    private static let pollPause = Duration.milliseconds(300)
    /// A little more than the wait itself, so that what was found out by then is told.
    private static let grace = Duration.milliseconds(500)

    /// What is the same for all images of a request.
    private struct Question: Sendable {
        let scope: AccountScope
        let bundle: PolicyRecord
        let end: ContinuousClock.Instant
        /// Where not, nothing is to change: the question is a dry run.
        let fetchesNew: Bool
        let namespace: String?
    }

    let service: AnchoreService
    let arrivals: ImageArrivals

    /// The verdicts in the order of `names`, within `limit`; what takes longer is unknown.
    ///
    /// With `fetchesNew` the registry is asked what a tag names now, and an image that nobody has seen is fetched and
    /// analysed, and waited for. `namespace` is where it is to run.
    func verdicts(
        _ names: [String],
        in scope: AccountScope,
        policy: String?,
        waiting limit: Duration,
        fetchesNew: Bool,
        namespace: String?
    ) async -> [ImageVerdict] {
        let end = ContinuousClock.now + limit
        let question: Question
        do {
            let bundle = try await Bounded.run(limit + Self.grace) { try await self.bundle(policy, scope.account) }
            question = Question(scope: scope, bundle: bundle, end: end, fetchesNew: fetchesNew, namespace: namespace)
        } catch {
            let reason = reason(error, about: "policy \(policy ?? "that is active")")
            return names.map { ImageVerdict(image: $0, status: .unknown, reasons: [reason]) }
        }
        let found = await withTaskGroup(of: (String, ImageVerdict).self) { group in
            var found: [String: ImageVerdict] = [:]
            // A deployment's many pods name few images.
            for (index, name) in Set(names).enumerated() {
                if index >= Self.parallel, let done = await group.next() { found[done.0] = done.1 }
                group.addTask { (name, await self.bounded(name, question)) }
            }
            for await done in group { found[done.0] = done.1 }
            return found
        }
        return names.map { found[$0] ?? ImageVerdict(image: $0, status: .unknown) }
    }

    private func bundle(_ policy: String?, _ account: String) async throws -> PolicyRecord {
        guard let bundle = try await service.store.policy(policy, of: account) else {
            throw AnchoreError.notFound("there is no policy \(policy ?? "that is active") in account \(account)")
        }
        return bundle
    }

    private func bounded(_ name: String, _ question: Question) async -> ImageVerdict {
        do {
            // One grace for all of them: those whose turn comes after it have no time left.
            return try await Bounded.run(max(.zero, question.end + Self.grace - .now)) {
                try await verdict(name, question)
            }
        } catch {
            return ImageVerdict(image: name, status: .unknown, reasons: [reason(error, about: name)])
        }
    }

    private func reason(_ error: any Error, about name: String) -> String {
        if error is Bounded.TooLate { return "there was no answer in time" }
        if let error = error as? AnchoreError { return error.message }
        service.logger.error("admission: \(name.prefix(300)): \(error)")
        return "it could not be looked at; see the server's log"
    }

    private func verdict(_ name: String, _ question: Question) async throws -> ImageVerdict {
        guard let parsed = AnchoreImageName(name), let wish = Self.wish(parsed, question.scope) else {
            return ImageVerdict(image: name, status: .unknown, reasons: ["that is no name of an image in a registry"])
        }
        let isFixed = wish.digest != nil || !question.fetchesNew
        while true {
            // Before the database is looked into, which then knows what the registry said.
            let isSettled = if isFixed { true } else { await arrivals.isSettled(wish) }
            let image = try await image(wish, question.scope)
            if isSettled, let image, image.record.status == .analyzed {
                return try await judged(image, name, wish, question)
            }
            guard question.fetchesNew else {
                return ImageVerdict(image: name, status: .unknown, reasons: ["it has not been analysed"])
            }
            var failure: String?
            if !isSettled || image?.record.status != .analyzing {
                failure = await arrivals.expect(wish, of: question.namespace)
            }
            if failure != nil || ContinuousClock.now + Self.pollPause >= question.end {
                let reason = failure ?? (isSettled && image != nil ? "it is being analysed" : "it is being fetched")
                return ImageVerdict(image: name, status: .unknown, reasons: [reason])
            }
            try await Task.sleep(for: Self.pollPause)
        }
    }

    /// The image of the digest, or the one that the tag names now: not one that it named before.
    private func image(_ wish: ImageArrivals.Wish, _ scope: AccountScope) async throws -> ListedImage? {
        let found = try await service.store.images(Self.selection(wish), in: scope, withDockerfiles: false)
        guard wish.digest == nil else { return found.first }
        return found.first { image in
            image.record.tags.contains {
                $0.isCurrent && $0.registry == wish.registry && $0.tag == wish.tag
                    && RepositoryName.stored(registry: $0.registry, $0.repository) == wish.repository
            }
        }
    }

    private static func wish(_ name: AnchoreImageName, _ scope: AccountScope) -> ImageArrivals.Wish? {
        switch name.subject {
        case .tag(let registry, let repository, let tag):
            ImageArrivals.Wish(
                scope: scope,
                registry: registry,
                repository: RepositoryName.stored(registry: registry, repository),
                tag: tag,
                digest: nil
            )
        case .digest(let digest, let registry, let repository?):
            ImageArrivals.Wish(
                scope: scope,
                registry: registry,
                repository: RepositoryName.stored(registry: registry, repository),
                tag: digest.description,
                digest: digest
            )
        case .digest, .imageID: nil
        }
    }

    private static func selection(_ wish: ImageArrivals.Wish) -> ImageSelection {
        if let digest = wish.digest { return .digest(digest.description) }
        return .tag(registry: wish.registry, repository: wish.repository, tag: wish.tag)
    }

    private func judged(
        _ image: ListedImage,
        _ name: String,
        _ wish: ImageArrivals.Wish,
        _ question: Question
    ) async throws -> ImageVerdict {
        let bundle = question.bundle
        let tag = Self.tag(of: image, wish)
        let checks = PolicyChecks(routes: AnchoreRoutes(service: service))
        let evaluation = try await checks.evaluation(of: image, tag: tag, bundle, keeps: question.fetchesNew)
        let detail = evaluation.detail
        let summary = try await service.threads.run { EvaluationSummary(detail: detail) }
        var verdict = ImageVerdict(
            image: name,
            status: evaluation.isPass ? .pass : .fail,
            reasons: summary.reasons
        )
        verdict.digest = image.record.digest
        verdict.policy = bundle.id
        verdict.action = summary.action
        verdict.evaluatedAt = evaluation.evaluatedAt
        return verdict
    }

    /// The tag that mappings of the bundle are asked about: the one that was named, or one of the digest's in its repository.
    private static func tag(of image: ListedImage, _ wish: ImageArrivals.Wish) -> String {
        let repository = RepositoryName.shown(registry: wish.registry, wish.repository)
        guard wish.digest != nil else { return "\(wish.registry)/\(repository):\(wish.tag)" }
        let own = image.record.tags.filter {
            $0.registry == wish.registry && $0.repository == repository && !$0.tag.hasPrefix("sha256:")
        }
        return (own.first(where: \.isCurrent) ?? own.first)?.fulltag ?? "\(wish.registry)/\(repository):latest"
    }
}

/// What the detail of an evaluation says in short.
struct EvaluationSummary: Sendable {
    let action: GateAction?
    /// What stops the image, a line each, the first few.
    let reasons: [String]

    /// Reads what `PolicyOutcome.detail` wrote.
    init(detail: String) {
        // What we wrote reads; where it does not, the verdict alone is told.
        let value = try? JSONReader.read(Array(detail.utf8))
        action = value?["final_action"]?.string.flatMap { GateAction(rawValue: $0) }
        guard action == .stop else {
            reasons = []
            return
        }
        let result = value?["result"]?.members?.first?.value["result"]
        let stops = (result?["rows"]?.array ?? []).compactMap { row -> String? in
            guard let cells = row.array, cells.count >= 8, cells[6].string == GateAction.stop.rawValue,
                cells[7] == .bool(false), let gate = cells[3].string, let trigger = cells[4].string,
                let message = cells[5].string
            else { return nil }
            return "\(gate)/\(trigger): \(message)"
        }
        var lines = Array(stops.prefix(ImageVerdict.maxReasons)).map { String($0.prefix(200)) }
        if stops.count > lines.count { lines.append("and \(stops.count - lines.count) more") }
        if lines.isEmpty { lines = [value?["final_action_reason"]?.string ?? GateAction.stop.rawValue] }
        reasons = lines
    }
}
