package import AsyncHTTPClient
import Foundation

/// HTTP clients of one configuration: one that connects by itself, and one for each proxy.
package struct HTTPClients: Sendable {
    private let direct: HTTPClient
    private let proxied: [HTTPProxySettings.Server: HTTPClient]
    private let settings: HTTPProxySettings

    package init(_ configuration: HTTPClient.Configuration, proxies settings: HTTPProxySettings) {
        self.settings = settings
        direct = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var proxied: [HTTPProxySettings.Server: HTTPClient] = [:]
        for server in settings.servers {
            var configuration = configuration
            configuration.proxy = server.configuration
            proxied[server] = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }
        self.proxied = proxied
    }

    /// The client for an `http` or `https` address.
    package func client(for address: String) -> HTTPClient {
        guard let server = proxy(for: address) else { return direct }
        return proxied[server] ?? direct
    }

    /// The proxy that an address is reached through; nil where there is none.
    package func proxy(for address: String) -> HTTPProxySettings.Server? {
        guard let url = URLComponents(string: address), let host = url.host, !host.isEmpty else { return nil }
        let isTLS = url.scheme?.lowercased() == "https"
        return settings.server(isTLS: isTLS, host: host, port: url.port ?? (isTLS ? 443 : 80))
    }

    /// Closes all connections; to be called once, when no request is under way.
    package func shutdown() async throws {
        for client in [direct] + proxied.values { try await client.shutdown() }
    }
}

extension HTTPProxySettings.Server {
    /// The same in the words of the HTTP client.
    package var configuration: HTTPClient.Configuration.Proxy {
        let authorization: HTTPClient.Authorization? =
            switch login {
            case .basic(let user, let password): .basic(username: user, password: password)
            case .bearer(let token): .bearer(tokens: token)
            case nil: nil
            }
        return .server(host: host, port: port, authorization: authorization)
    }
}
