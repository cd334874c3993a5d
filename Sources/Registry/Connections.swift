import AsyncHTTPClient
import HTTPProxy
import NIOCore
import NIOSSL
import Synchronization

/// The connections of a registry client: for each registry its own, and others to wherever a registry sends us.
///
/// What a registry may make us connect to depends on how far away it is itself, and both are judged by the addresses of
/// the connections that were really made: a name server that answers differently from one moment to the next gains nothing.
final class Connections: Sendable {
    private struct State {
        var own: [WebAddress.Origin: HTTPClient] = [:]
        var guests: [AddressScope: HTTPClient] = [:]
        /// A proxy connects by itself, and judges where it goes.
        var proxied: [HTTPProxySettings.Server: HTTPClient] = [:]
        /// The farthest address that each registry was reached at.
        var scopes: [WebAddress.Origin: AddressScope] = [:]
    }

    private let state = Mutex(State())
    private let options: RegistryOptions

    init(options: RegistryOptions) {
        self.options = options
    }

    /// The connections for an address that a request for `registry` has come to.
    func client(for address: WebAddress, of registry: WebAddress.Origin) -> HTTPClient {
        if let proxy = proxy(for: address) { return proxied(by: proxy) }
        return address.origin == registry ? own(registry) : guest(of: registry)
    }

    /// The proxy that an address is reached through; `nil` where there is none.
    func proxy(for address: WebAddress) -> HTTPProxySettings.Server? {
        options.proxies.server(isTLS: address.isSecure, host: address.host, port: address.origin.port)
    }

    private func proxied(by server: HTTPProxySettings.Server) -> HTTPClient {
        state.withLock { state in
            if let client = state.proxied[server] { return client }
            let client = makeClient(proxy: server) { $0.eventLoop.makeSucceededVoidFuture() }
            state.proxied[server] = client
            return client
        }
    }

    /// Connections to a registry that the user named, wherever it is.
    private func own(_ origin: WebAddress.Origin) -> HTTPClient {
        state.withLock { state in
            if let client = state.own[origin] { return client }
            let client = makeClient { [weak self] channel in
                self?.note(Self.scope(of: channel), of: origin)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            state.own[origin] = client
            return client
        }
    }

    /// Connections to servers that a registry names: none nearer to us than the registry is itself.
    private func guest(of registry: WebAddress.Origin) -> HTTPClient {
        let reach = scope(of: registry)
        return state.withLock { state in
            if let client = state.guests[reach] { return client }
            let client = makeClient { channel in
                guard RedirectRules.allows(Self.scope(of: channel), from: reach) else {
                    // Closed once the pool has been told, which it is in this turn of the event loop.
                    channel.eventLoop.execute { channel.close(promise: nil) }
                    let place = channel.remoteAddress?.ipAddress ?? "an address that is none"
                    return channel.eventLoop.makeFailedFuture(
                        RegistryError(.refusedAddress, "refused to go to \(place), which a registry's answer led to")
                    )
                }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            state.guests[reach] = client
            return client
        }
    }

    /// How far away a registry is, by the connections made to it; the farthest where there were none.
    func scope(of origin: WebAddress.Origin) -> AddressScope {
        state.withLock { $0.scopes[origin] ?? .global }
    }

    func shutdown() async throws {
        let clients = state.withLock { state in
            let clients = Array(state.own.values) + Array(state.guests.values) + Array(state.proxied.values)
            state = State()
            return clients
        }
        for client in clients { try await client.shutdown() }
    }

    private func note(_ scope: AddressScope, of origin: WebAddress.Origin) {
        state.withLock { $0.scopes[origin] = min($0.scopes[origin] ?? .forbidden, scope) }
    }

    private static func scope(of channel: any Channel) -> AddressScope {
        channel.remoteAddress?.ipAddress.map { HostScopes.literal($0) } ?? .forbidden
    }

    /// Blobs are read in pieces that are large enough for what a piece costs on its way to the analysis not to count.
    private static let reads = AdaptiveRecvByteBufferAllocator(minimum: 2 << 10, initial: 16 << 10, maximum: 256 << 10)

    private func makeClient(
        proxy: HTTPProxySettings.Server? = nil,
        _ connected: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: TimeAmount(options.connectTimeout))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, options.connectionsPerHost)
        // Retries are ours, with back-off and a bound.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(.recvAllocator, value: Self.reads).flatMap { connected(channel) }
        }
        configuration.proxy = proxy?.configuration
        if let file = options.certificateAuthorityFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.file(file)]
            configuration.tlsConfiguration = tls
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
