package import HTTPProxy

/// Bounds and habits of fetching feeds.
package struct FeedSyncOptions: Sendable {
    /// How long everything together may take.
    package var deadline: Duration = .seconds(3600)
    package var connectTimeout: Duration = .seconds(15)
    /// How long a server may stay silent.
    package var idleTimeout: Duration = .seconds(60)
    /// Tries of each request.
    package var maxAttempts = 4
    package var backoffBase: Duration = .seconds(1)
    package var backoffLimit: Duration = .seconds(30)
    /// The longest wait that a server may ask for.
    package var maxRetryAfter: Duration = .seconds(120)
    /// Bytes of one file.
    package var maxFileBytes = 2 << 30
    /// Bytes of a page, a list or an index.
    package var maxPageBytes = 16 << 20
    /// Files of one feed.
    package var maxFiles = 20_000
    /// Folders within a folder of a mirror.
    package var maxDepth = 8
    package var maxRedirects = 5
    /// Feeds that are fetched at the same time.
    package var concurrency = 4
    /// Whether a file that the server dates earlier than ours is taken all the same.
    package var allowsOlder = false
    /// The proxies that publishers and mirrors are reached through.
    package var proxies = HTTPProxySettings.none
    package var userAgent = "tallyman"

    package init() {}
}
