import Access
import AnchoreAPI
import ArgumentParser
import Catalogers
import FleetRegistry
import Foundation
import Logging
import Notifications
import Notifier
import Queue
import Registry
import Store
import Web

/// What the server's API is wired from.
struct APIParts {
    /// How long a worker may be silent and still count as alive, in seconds.
    private static let workerSeconds = 30
    /// Minutes that a renewal of the feeds may take while a client waits.
    private static let syncMinutes = "30"

    let passwords: PasswordChecks
    let access: RegistryAccess
    private let fleet: FleetOptions
    private let store: Store
    private let redis: String
    private let lookup: FleetLookup
    private let logger: Logger

    init(fleet: FleetOptions, store: Store, redis: String, logger: Logger) throws {
        self.fleet = fleet
        self.store = store
        self.redis = redis
        self.logger = logger
        passwords = try PasswordChecks()
        // A client waits: what does not answer soon is told so.
        var options = RegistryOptions()
        options.userAgent = "tallyman/\(BuildVersion.text)"
        options.deadline = .seconds(20)
        options.requestTimeout = .seconds(15)
        options.maxAttempts = 2
        options.proxies = try ProxySettings.read()
        let box = try fleet.secretBox()
        access = RegistryAccess(
            store: store,
            box: box,
            options: options,
            environment: ProcessInfo.processInfo.environment,
            redis: redis,
            // What was added with one request counts with the next.
            maxAge: .zero,
            logger: logger
        )
        lookup = FleetLookup(access: access, box: box, options: options, logger: logger)
    }

    /// `server` says who may log in beside the users of the database, and what is guarded.
    func service(
        server: ServerSettings,
        issuer: (any TokenIssuer)?,
        queue: @escaping @Sendable () async throws -> Void
    ) throws -> AnchoreService {
        let dispatcher = Dispatcher(url: redis)
        let postgres = try fleet.postgresURL()
        let tests = ChannelTest(
            sender: MessageSender(box: try fleet.secretBox(), options: try NotifyOptions.parse([]).senderOptions())
        )
        var settings = AnchoreService.Settings(
            analysisVersion: Catalogers.analysisVersion,
            shards: Streams.layerShards,
            version: BuildVersion.text,
            host: ProcessInfo.processInfo.hostName,
            queue: queue,
            workers: {
                do {
                    return try await dispatcher.liveWorkers(within: Self.workerSeconds)
                } catch {
                    await dispatcher.close()
                    throw error
                }
            },
            syncFeeds: {
                let command = try SyncCommand.parse(["--postgres", postgres, "--deadline", Self.syncMinutes])
                try await command.run()
            }
        )
        settings.throttledRegistries = { [redis] in await ThrottledRegistries.read(redis: redis) }
        settings.issuer = issuer
        settings.directory = try server.directory(logger: logger)
        settings.trustedProxies = try server.trustedProxies()
        settings.gatekeeping = try server.gatekeeping()
        settings.testWebhooks = { [store] webhook, type, account in
            // Anchore's webhooks and our own of that name; the other kinds of channels have `tallyman notify test`.
            let wanted = try await store.channels().map(\.channel).filter { channel in
                [ChannelKind.anchore, .webhook].map(\.rawValue).contains(channel.kind)
                    && (channel.filter.account ?? account.name) == account.name
                    && channel.filter.kinds.map(\.rawValue) == (webhook == "general" ? [] : [webhook])
            }
            for channel in wanted {
                try await tests.send(type, to: channel, account: account.name, email: account.email ?? "")
            }
            return !wanted.isEmpty
        }
        return try AnchoreService(
            store: store,
            passwords: passwords,
            lookup: lookup,
            policies: PolicyEngine(),
            settings: settings,
            logger: logger
        )
    }
}
