import Foundation
import HTTPProxy

/// The proxies for registries and feeds.
enum ProxySettings {
    /// From `--proxy`, else the settings proxy, no-proxy and proxy-token, else `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
    static func read(_ option: String? = nil) throws -> HTTPProxySettings {
        let settings = try Settings()
        do {
            return try HTTPProxySettings(
                environment: ProcessInfo.processInfo.environment,
                proxy: option ?? settings["proxy"],
                exceptions: settings["no-proxy"],
                token: settings["proxy-token"]
            )
        } catch { throw UsageError("\(error)") }
    }
}
