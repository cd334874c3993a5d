package import HTTPProxy

/// How a registry client behaves: transport, patience and bounds.
package struct RegistryOptions: Sendable {
    /// Registries spoken to in plain HTTP, by name with port (`registry.local:5000`) or by bare host; `localhost`,
    /// `127.0.0.0/8` and `[::1]` always are.
    package var plainHTTPHosts: Set<String> = []
    /// Token servers that may receive a registry's credentials besides those the domain rule allows: registry name to hosts.
    package var credentialRealms: [String: Set<String>] = [:]
    /// A PEM file with certificate authorities trusted besides the system's.
    package var certificateAuthorityFile: String?
    /// The proxies that registries, token servers and blob stores are reached through.
    package var proxies = HTTPProxySettings.none
    /// How long a connection may take to be made.
    package var connectTimeout: Duration = .seconds(10)
    /// How long a response's head may take, the connection included.
    package var requestTimeout: Duration = .seconds(60)
    /// How long a body may be silent, and the span of waiting in which it must bring `minimumBytesPerIdleTimeout`.
    package var idleTimeout: Duration = .seconds(30)
    /// The least progress, in bytes, in `idleTimeout` of waiting for the network.
    package var minimumBytesPerIdleTimeout = 4096
    /// The least rate of a blob's transfer on average, in bytes a second of waiting for the network, beyond
    /// `slowTransferGrace`.
    package var minimumBytesPerSecond = 16 << 10
    /// How long a blob may be waited for in all before `minimumBytesPerSecond` counts.
    package var slowTransferGrace: Duration = .seconds(600)
    /// How long one request may wait for its turn where the limits of its registry are shared.
    package var gatePatience: Duration = .seconds(600)
    /// How long one call may go on retrying; for a blob counted from the last bytes that arrived.
    package var deadline: Duration = .seconds(300)
    /// Tries for one call, the first included; for a blob counted anew where bytes arrived.
    package var maxAttempts = 6
    /// The most tries in a row for a blob that end as too slow and bring less than `minimumBytesPerIdleTimeout`.
    ///
    /// Each takes `idleTimeout`. Whoever tries again later by himself wants fewer.
    package var maxSlowTries = 4
    /// How often one blob may be resumed, however much each try brings.
    package var maxResumes = 64
    /// The first back-off's upper bound; each further one doubles it.
    package var backoffBase: Duration = .milliseconds(500)
    /// The longest back-off.
    package var backoffLimit: Duration = .seconds(30)
    /// The longest wait that a registry's `Retry-After` may ask for; more is cut to this.
    package var maxRetryAfter: Duration = .seconds(60)
    /// The largest manifest, in bytes (distribution-spec v1.1 asks registries to take at least 4 MiB).
    package var maxManifestBytes = 4 << 20
    /// The largest image configuration, in bytes.
    package var maxConfigBytes = 8 << 20
    /// The largest page of a catalog or tag list, in bytes.
    package var maxListBytes = 16 << 20
    /// Connections to one host; a blob holds one until it is read.
    package var connectionsPerHost = 8
    /// The `User-Agent` of every request.
    package var userAgent = "tallyman"

    package init() {}
}
