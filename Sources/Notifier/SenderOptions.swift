package import HTTPProxy

/// How messages leave this process.
package struct SenderOptions: Sendable {
    package var rules = TargetRules()
    package var proxies = HTTPProxySettings.none
    package var userAgent = "tallyman"
    /// Certificates that are trusted beside the system's, a PEM file.
    package var authorityFile: String?
    package var connectTimeout = Duration.seconds(5)
    /// For a whole message, from the first look at its address to the answer.
    package var timeout = Duration.seconds(20)

    package init() {}
}
