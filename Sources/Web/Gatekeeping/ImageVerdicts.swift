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

    let service: AnchoreService
    let arrivals: ImageArrivals

    /// The verdicts in the order of `names`, within `limit`; what takes longer is unknown.
    ///
    /// With `fetchesNew` an image that nobody has seen is fetched and analysed, and waited for.
    func verdicts(
        _ names: [String],
        in scope: AccountScope,
        policy: String?,
        waiting limit: Duration,
        fetchesNew: Bool
    ) async -> [ImageVerdict] {
        let end = ContinuousClock.now + limit
        return await withTaskGroup(of: (Int, ImageVerdict).self) { group in
            var found: [Int: ImageVerdict] = [:]
            for (index, name) in names.enumerated() {
                if index >= Self.parallel, let done = await group.next() { found[done.0] = done.1 }
                group.addTask { (index, await self.bounded(name, scope, policy, until: end, fetchesNew)) }
            }
            for await done in group { found[done.0] = done.1 }
            return names.indices.map { found[$0] ?? ImageVerdict(image: names[$0], status: .unknown) }
        }
    }

    private func bounded(
        _ name: String,
        _ scope: AccountScope,
        _ policy: String?,
        until end: ContinuousClock.Instant,
        _ fetchesNew: Bool
    ) async -> ImageVerdict {
        do {
            // A little more than the wait itself, so that what it found out by then is told.
            return try await Bounded.run(max(.zero, end - .now) + .milliseconds(500)) {
                try await verdict(name, scope, policy, until: end, fetchesNew)
            }
        } catch is Bounded.TooLate {
            return ImageVerdict(image: name, status: .unknown, reasons: ["there was no answer in time"])
        } catch let error as AnchoreError {
            return ImageVerdict(image: name, status: .unknown, reasons: [error.message])
        } catch {
            service.logger.error("admission: \(name.prefix(300)): \(error)")
            return ImageVerdict(
                image: name,
                status: .unknown,
                reasons: ["it could not be looked at; see the server's log"]
            )
        }
    }

    private func verdict(
        _ name: String,
        _ scope: AccountScope,
        _ policy: String?,
        until end: ContinuousClock.Instant,
        _ fetchesNew: Bool
    ) async throws -> ImageVerdict {
        guard let parsed = AnchoreImageName(name), let wish = Self.wish(parsed, account: scope.account) else {
            return ImageVerdict(image: name, status: .unknown, reasons: ["that is no name of an image in a registry"])
        }
        guard let bundle = try await service.store.policy(policy, of: scope.account) else {
            return ImageVerdict(
                image: name,
                status: .unknown,
                reasons: ["there is no policy \(policy ?? "that is active") in account \(scope.account)"]
            )
        }
        var failure: String?
        while true {
            let image = try await service.store.images(Self.selection(wish), in: scope).first
            if let image, image.record.status == .analyzed {
                return try await judged(image, name, wish, bundle, account: scope.account)
            }
            guard fetchesNew else {
                return ImageVerdict(image: name, status: .unknown, reasons: ["it has not been analysed"])
            }
            if image?.record.status != .analyzing { failure = await arrivals.expect(wish) }
            if failure != nil || ContinuousClock.now + Self.pollPause >= end {
                let reason = failure ?? (image == nil ? "it is being fetched" : "it is being analysed")
                return ImageVerdict(image: name, status: .unknown, reasons: [reason])
            }
            try await Task.sleep(for: Self.pollPause)
        }
    }

    private static func wish(_ name: AnchoreImageName, account: String) -> ImageArrivals.Wish? {
        switch name.subject {
        case .tag(let registry, let repository, let tag):
            ImageArrivals.Wish(
                account: account,
                registry: registry,
                repository: RepositoryName.stored(registry: registry, repository),
                tag: tag,
                digest: nil
            )
        case .digest(let digest, let registry, let repository?):
            ImageArrivals.Wish(
                account: account,
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
        _ bundle: PolicyRecord,
        account: String
    ) async throws -> ImageVerdict {
        let tag = Self.tag(of: image, wish)
        let key = EvaluationKey(
            account: account,
            manifest: image.number,
            tag: tag,
            policyID: bundle.id,
            bundleDigest: bundle.digest
        )
        let checks = PolicyChecks(routes: AnchoreRoutes(service: service))
        let evaluation = try await checks.evaluation(of: image, key, bundle, keeps: true)
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
    let action: String?
    /// What stops the image, a line each, the first few.
    let reasons: [String]

    /// Reads what `PolicyOutcome.detail` wrote.
    init(detail: String) {
        // What we wrote reads; where it does not, the verdict alone is told.
        let value = try? JSONReader.read(Array(detail.utf8))
        action = value?["final_action"]?.string
        guard action == "stop" else {
            reasons = []
            return
        }
        let result = value?["result"]?.members?.first?.value["result"]
        let stops = (result?["rows"]?.array ?? []).compactMap { row -> String? in
            guard let cells = row.array, cells.count >= 8, cells[6].string == "stop", cells[7] == .bool(false),
                let gate = cells[3].string, let trigger = cells[4].string, let message = cells[5].string
            else { return nil }
            return "\(gate)/\(trigger): \(message)"
        }
        var lines = Array(stops.prefix(ImageVerdict.maxReasons)).map { String($0.prefix(200)) }
        if stops.count > lines.count { lines.append("and \(stops.count - lines.count) more") }
        if lines.isEmpty { lines = [value?["final_action_reason"]?.string ?? "stop"] }
        reasons = lines
    }
}
