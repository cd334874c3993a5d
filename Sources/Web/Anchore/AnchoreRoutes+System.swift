import AnchoreAPI
import HTTPTypes
import Logging
import Store

extension AnchoreRoutes {
    func addSystemRoutes(_ add: Add) {
        add(.get, "status", .role(.readOnly)) { _ in
            .json(state("apiext", isUp: true, "").json["service_detail"] ?? [:])
        }
        add(.get, "system", .role(.readOnly)) { _ in try await system() }
        add(.get, "system/services", .systemAdmin) { _ in .json(.array(try await services().map(\.json))) }
        for path in ["system/services/:service", "system/services/:service/:host"] {
            add(.get, path, .systemAdmin) { call in
                let (name, host) = (try call.part("service"), call.parameters["host"])
                let found = try await services().filter { $0.name == name && (host == nil || $0.host == host) }
                return .json(.array(found.map(\.json)))
            }
        }
        add(.delete, "system/services/:service/:host", .systemAdmin) { call in
            let (name, host) = (try call.part("service"), try call.part("host"))
            guard try await services().contains(where: { $0.name == name && $0.host == host && $0.isUp }) else {
                return .json([:])
            }
            throw AnchoreError.badRequest("service \(name) on \(host) is up: only one that is down can be removed")
        }
        add(.get, "system/error_codes", .role(.readOnly)) { _ in .json(ErrorCatalogue.json) }
        add(.get, "system/feeds", .role(.readOnly)) { _ in .json(.array([try await service.store.feed().json])) }
        add(.post, "system/feeds", .systemAdmin) { _ in try await sync() }
        for path in ["system/feeds/:feed", "system/feeds/:feed/:group"] {
            add(.put, path, .systemAdmin) { try await configure($0) }
            add(.delete, path, .systemAdmin) { try await removeFeed($0) }
        }
        for path in ["system/webhooks/:webhook/test", "system/webhooks/general/test"] {
            add(.post, path, .systemAdmin) { try await testWebhooks($0) }
        }
    }

    private func state(_ name: String, isUp: Bool, _ message: String) -> ServiceState {
        ServiceState(
            name: name,
            host: service.settings.host,
            isUp: isUp,
            message: message,
            version: service.settings.version,
            schema: Migrations.current
        )
    }

    /// The parts by the names that clients wait for, each with the truth about what stands behind it here.
    private func services() async throws -> [ServiceState] {
        let database = await problem { _ = try await service.store.now() }
        let queue = await problem { try await service.settings.queue() }
        let workers = await problem {
            guard try await !service.settings.workers().isEmpty else {
                throw AnchoreError(503, "no worker gave a sign of life lately")
            }
        }
        return [
            state("apiext", isUp: true, ""),
            state("catalog", isUp: database == nil, database ?? ""),
            state("policy_engine", isUp: database == nil, database ?? ""),
            state("simplequeue", isUp: queue == nil, queue ?? ""),
            state("analyzer", isUp: workers == nil, workers ?? ""),
        ]
    }

    private func problem(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as AnchoreError {
            return error.message
        } catch {
            service.logger.warning("status: \(error)")
            return "it does not answer"
        }
    }

    private func system() async throws -> AnchoreAnswer {
        .json(["service_states": .array(try await services().map(\.json))])
    }

    private func sync() async throws -> AnchoreAnswer {
        let before = try await service.store.feed()
        guard await service.syncs.begin() else {
            throw AnchoreError(
                409,
                "a feed sync is in progress already",
                codes: ["FEED_SYNC_ALREADY_IN_PROGRESS"]
            )
        }
        // Nothing from here to its end throws: no sync could begin any more.
        let start = ContinuousClock.now
        var failure: String?
        do { try await service.settings.syncFeeds() } catch { failure = "\(error)" }
        await service.syncs.end()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let after = try await service.store.feed()
        let old = Dictionary(before.groups.map { ($0.name, $0) }) { first, _ in first }
        var groups = after.groups.map { group in
            let isNew = old[group.name]?.lastSync != group.lastSync
            return FeedSyncGroup(
                name: group.name,
                status: "success",
                records: isNew ? group.records : 0,
                seconds: isNew ? seconds : 0
            )
        }
        if let failure {
            service.logger.warning("feeds: \(failure)")
            groups.append(FeedSyncGroup(name: "publishers", status: "failure", records: 0, seconds: seconds))
        }
        try await service.store.note(
            EventRecord(
                failure == nil ? .feedsCompleted : .feedsFailed,
                account: AccountRecord.first,
                resourceID: FeedRecord.name,
                host: service.settings.host,
                details: .object(
                    [JSONMember("sync_feed_types", [.string(FeedRecord.name)])]
                        + (failure.map { [JSONMember("cause", .string($0))] } ?? [])
                )
            )
        )
        return .json(FeedSyncGroup.json(groups, seconds: seconds))
    }

    private func testWebhooks(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let webhook = call.parameters["webhook"] ?? "general"
        let name = try call.query("notification_type") ?? SubscriptionType.tagUpdate.rawValue
        guard let type = SubscriptionType(rawValue: name), type != .repoUpdate else {
            throw AnchoreError.badRequest("notification_type '\(name.prefix(40))' is not one of them")
        }
        guard webhook == "general" || SubscriptionType(rawValue: webhook) != nil else {
            throw AnchoreError.badRequest("webhook '\(webhook.prefix(40))' is not one of general and the types")
        }
        guard let account = try await service.store.account(call.account) else {
            throw AnchoreError.notFound("account not found in DB")
        }
        let wasSent: Bool
        do { wasSent = try await service.settings.testWebhooks(webhook, type, account) } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw AnchoreError(500, "failed to post notification to webhook: \(error)")
        }
        guard wasSent else {
            throw AnchoreError.badRequest("Webhooks are not configured for \(webhook): see `tallyman notify add`")
        }
        return .json([:])
    }

    /// Advisories cannot be switched off one by one: a change that asks for what is so already is answered as done.
    private func configure(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let (feed, group) = try await feed(call)
        guard try call.query("enabled") != nil else {
            throw AnchoreError.badRequest("Missing query parameter 'enabled'")
        }
        guard try call.flag("enabled", default: true) else {
            throw AnchoreError(
                501,
                "advisories are not switched off here: leave a provider out with `tallyman advisories sync --except`"
            )
        }
        return .json(group?.json ?? feed.json)
    }

    private func removeFeed(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let (_, group) = try await feed(call)
        throw AnchoreError(409, "\(group.map { "group \($0.name)" } ?? "the feed") is enabled and cannot be deleted")
    }

    private func feed(_ call: AnchoreCall) async throws -> (FeedRecord, FeedGroup?) {
        let name = try call.part("feed")
        let feed = try await service.store.feed()
        guard name == FeedRecord.name else { throw AnchoreError.notFound("feed \(name.prefix(100)) not found") }
        guard let wanted = call.parameters["group"] else { return (feed, nil) }
        guard let group = feed.groups.first(where: { $0.name == wanted }) else {
            throw AnchoreError.notFound("group \(wanted.prefix(100)) not found")
        }
        return (feed, group)
    }
}
