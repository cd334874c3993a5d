package import Access
package import AnchoreAPI
import DedicatedThread
package import Logging
package import ScanModel
package import Store

/// What the API of Anchore's clients works with.
package struct AnchoreService: Sendable {
    let store: Store
    let passwords: PasswordChecks
    let logins = LoginLimits()
    let lookup: any RegistryLookup
    let policies: PolicyEngine
    let compiledPolicies = CompiledPolicies()
    let evaluationMemory = EvaluationMemory()
    let contents: ImageContents
    /// For decoding, folding and judging; the cooperative pool stays free.
    let threads: ThreadPool
    let settings: Settings
    let syncs = FeedSyncs()
    let logger: Logger

    /// Facts of the fleet that the server is part of.
    package struct Settings: Sendable {
        /// The analysis version that the fleet's workers produce, without what they collect of files.
        package var analysisVersion: String
        package var shards: Int
        /// The program's version.
        package var version: String
        package var host: String
        /// Whether the queue answers; throws where not.
        package var queue: @Sendable () async throws -> Void
        /// The workers that are alive.
        package var workers: @Sendable () async throws -> [String]
        /// Fetches the advisories anew; throws what went wrong.
        package var syncFeeds: @Sendable () async throws -> Void
        /// Until when which registry wants to be left alone, as UTC in ISO 8601.
        package var throttledRegistries: @Sendable () async -> [String: String] = { [:] }
        /// Whose bearer tokens are taken beside ours.
        package var issuer: (any TokenIssuer)?
        /// Who is asked about users that are not ours.
        package var directory: (any UserDirectory)?
        /// Proxies whose `X-Forwarded-For` says who asks.
        package var trustedProxies: [AddressRange] = []
        /// How clusters are answered; `nil` where they are not.
        package var gatekeeping: GatekeepingSettings?
        /// How little a client may take of an export while others wait for its place.
        package var exports = ExportBounds()
        /// Sends a made-up message of a type to the webhooks for `general` or for a type, as an account and its mail address;
        /// `false` where there is none, and throws what one of them said.
        package var testWebhooks:
            @Sendable (_ webhook: String, _ type: SubscriptionType, _ account: AccountRecord) async throws -> Bool = {
                _,
                _,
                _ in false
            }

        package init(
            analysisVersion: String,
            shards: Int,
            version: String,
            host: String,
            queue: @escaping @Sendable () async throws -> Void,
            workers: @escaping @Sendable () async throws -> [String],
            syncFeeds: @escaping @Sendable () async throws -> Void
        ) {
            self.analysisVersion = analysisVersion
            self.shards = shards
            self.version = version
            self.host = host
            self.queue = queue
            self.workers = workers
            self.syncFeeds = syncFeeds
        }
    }

    package init(
        store: Store,
        passwords: PasswordChecks,
        lookup: any RegistryLookup,
        policies: PolicyEngine,
        settings: Settings,
        threads: Int = 2,
        logger: Logger
    ) throws {
        self.store = store
        self.passwords = passwords
        self.lookup = lookup
        self.policies = policies
        self.settings = settings
        self.logger = logger
        self.threads = try ThreadPool(name: "api", threads: threads)
        contents = ImageContents(store: store, threads: self.threads)
    }

    /// The first bundle of an account.
    func firstPolicy(of account: String) -> PolicyRecord {
        record(policies.defaultBundle, of: account, isActive: true)
    }

    /// A bundle as it is kept.
    func record(_ bundle: JSONValue, of account: String, isActive: Bool) -> PolicyRecord {
        PolicyRecord(
            id: bundle["id"]?.string ?? DefaultBundle.id,
            account: account,
            isActive: isActive,
            createdAt: "",
            updatedAt: "",
            bundle: String(decoding: bundle.bytes, as: UTF8.self),
            digest: BundleDigest.of(bundle)
        )
    }

    /// Prepares a new database: the first bundle of the account `admin`.
    package func prepare() async throws {
        try await store.addFirstPolicy(firstPolicy(of: AccountRecord.first))
    }
}

/// At most one renewal of the advisories at a time.
actor FeedSyncs {
    private var isRunning = false

    func begin() -> Bool {
        guard !isRunning else { return false }
        isRunning = true
        return true
    }

    func end() { isRunning = false }
}
