import AnchoreAPI
import HTTPTypes
import ScanModel
import Store

extension AnchoreRoutes {
    private static let maxWatchedTags = 10_000

    func addSubscriptionRoutes(_ add: Add) {
        add(.get, "subscriptions", .role(.readOnly)) { try await listSubscriptions($0) }
        add(.post, "subscriptions", .role(.scanner)) { try await addSubscription($0) }
        add(.get, "subscriptions/types", .role(.readOnly)) { _ in .json(.strings(SubscriptionType.listed)) }
        add(.get, "subscriptions/:subscription", .role(.readOnly)) { call in
            .json(.array(try await subscription(call).map { [$0.json] } ?? []))
        }
        add(.put, "subscriptions/:subscription", .role(.scanner)) { try await changeSubscription($0) }
        add(.delete, "subscriptions/:subscription", .role(.scanner)) { call in
            // Done is done, whoever did it: scripts clean up without asking first.
            _ = try await service.store.removeSubscription(try call.part("subscription"), of: call.account)
            return .json(true)
        }
        add(.post, "repositories", .role(.scanner)) { try await addRepository($0) }
    }

    private static func type(_ name: String) throws(AnchoreError) -> SubscriptionType {
        guard let type = SubscriptionType(rawValue: name) else {
            let known = SubscriptionType.listed.joined(separator: ", ")
            throw AnchoreError.badRequest("subscription_type '\(name.prefix(40))' is not one of \(known)")
        }
        return type
    }

    private func subscription(_ call: AnchoreCall) async throws -> SubscriptionRecord? {
        try await service.store.subscription(try call.part("subscription"), of: call.account)
    }

    private func listSubscriptions(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let type = try call.query("subscription_type").map { try Self.type($0) }
        let found = try await service.store.subscriptions(
            of: call.account,
            key: try call.query("subscription_key"),
            type: type
        )
        return .json(.array(found.map(\.json)))
    }

    private func addSubscription(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let body = try await call.object()
        let record = SubscriptionRecord(
            account: call.account,
            key: try body.string("subscription_key"),
            type: try Self.type(try body.string("subscription_type")),
            value: try body.optionalString("subscription_value"),
            isActive: try body.optionalBool("active") ?? false
        )
        guard !record.key.isEmpty, record.key.utf8.count <= 1024 else {
            throw AnchoreError.badRequest("subscription_key is not usable")
        }
        if record.isActive { try await mayWatch(record, call) }
        guard try await service.store.addSubscription(record) else {
            throw AnchoreError(500, "subscription already exists in DB")
        }
        let added = try await service.store.subscription(record.id, of: call.account)
        return .json(.array([(added ?? record).json]))
    }

    private func changeSubscription(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let body = try await call.object()
        guard let current = try await subscription(call) else {
            throw AnchoreError.notFound("subscription not found in DB")
        }
        let isActive = try body.optionalBool("active")
        if isActive == true, !current.isActive { try await mayWatch(current, call) }
        _ = try await service.store.changeSubscription(
            current.id,
            of: call.account,
            isActive: isActive,
            value: try body.optionalString("subscription_value")
        )
        if current.type == .repoUpdate, isActive == true, !current.isActive {
            try await scan(repository: current.key)
        }
        return .json(.array(try await subscription(call).map { [$0.json] } ?? []))
    }

    /// Watches a repository (`POST /repositories`): its images are scanned at once, as one run of the fleet.
    private func addRepository(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        guard let given = try call.query("repository") else {
            throw AnchoreError.badRequest("Missing query parameter 'repository'")
        }
        // A tag in the name is not looked at, as Anchore has it.
        guard case .tag(let registry, let repository, _)? = AnchoreImageName(given)?.subject else {
            throw AnchoreError.badRequest("'\(given.prefix(200))' is not a repository")
        }
        let stored = RepositoryName.stored(registry: registry, repository)
        let key = "\(registry)/\(RepositoryName.shown(registry: registry, repository))"
        let isDry = try call.flag("dryrun", default: false)
        let tags = try await service.lookup.tags(registry: registry, repository: stored, of: call.scope.reader)
        guard !tags.isEmpty else { throw AnchoreError.notFound("No available tags in \(key)") }
        let record = SubscriptionRecord.forRepository(
            key,
            account: call.account,
            tags: Array(tags.prefix(Self.maxWatchedTags)),
            watchesTags: try call.flag("autosubscribe", default: false),
            isActive: !isDry
        )
        guard !isDry else { return .json(.array([record.json])) }
        if try await service.store.addSubscription(record) {
            try await scan(repository: key)
        } else {
            _ = try await service.store.changeSubscription(
                record.id,
                of: call.account,
                isActive: nil,
                value: record.value
            )
        }
        let added = try await service.store.subscription(record.id, of: call.account)
        return .json(.array([(added ?? record).json]))
    }

    /// Throws where the account's own credentials do not open what is to be watched: it is looked at with the fleet's, and
    /// what comes of that would tell what there is where only the fleet gets.
    ///
    /// The other types are about images that the account has, and tell nothing of others.
    private func mayWatch(_ record: SubscriptionRecord, _ call: AnchoreCall) async throws {
        guard let reader = call.scope.reader, let target = RegistryTarget(record.key),
            let repository = target.repository
        else { return }
        switch record.type {
        case .repoUpdate:
            _ = try await service.lookup.tags(registry: target.registry, repository: repository, of: reader)
        case .tagUpdate:
            // A key without a tag is not watched.
            guard let tag = target.tag else { return }
            _ = try await service.lookup.image(
                registry: target.registry,
                repository: repository,
                tag: tag,
                digest: nil,
                of: reader
            )
        case .policyEval, .vulnUpdate, .analysisUpdate: return
        }
    }

    private func scan(repository key: String) async throws {
        guard let target = RegistryTarget(key), target.repository != nil else { return }
        _ = try await service.store.requestRun(
            targets: [target.description],
            platform: "",
            priority: 0,
            isSubscription: true
        )
    }
}
