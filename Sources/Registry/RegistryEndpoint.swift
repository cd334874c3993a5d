import ScanModel

/// A registry as the user names it and the server that answers for it.
struct RegistryEndpoint: Hashable, Sendable {
    /// The names of Docker Hub: one registry, whose server has a name of its own.
    private static let hubNames: Set<String> = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    /// The name that credentials are kept under: lower case, with the port, `docker.io` for Docker Hub.
    let name: String
    let origin: WebAddress.Origin

    /// Throws `invalidReference` where `registry` is not `host[:port]`.
    init(_ registry: String, options: RegistryOptions) throws {
        let name = Self.canonicalName(registry)
        let server = name == "docker.io" ? "registry-1.docker.io" : name
        guard let secure = WebAddress.origin(server, isSecure: true) else {
            throw RegistryError(.invalidReference, "\(PlainText.line(registry)) is not a registry's host[:port]")
        }
        let listed = [registry, name, secure.host].contains { options.plainHTTPHosts.contains($0) }
        let plain = listed || Self.isLoopbackName(secure.host)
        guard let origin = WebAddress.origin(server, isSecure: !plain) else {
            throw RegistryError(.invalidReference, "\(PlainText.line(registry)) is not a registry's host[:port]")
        }
        self.name = name
        self.origin = origin
    }

    /// The registry's host without the port; `docker.io` for Docker Hub.
    var host: String { name == "docker.io" ? name : origin.host }

    static func canonicalName(_ registry: String) -> String {
        let lowered = registry.lowercased()
        return hubNames.contains(lowered) ? "docker.io" : lowered
    }

    /// The address of `/v2/` and what follows it; `rest` holds only characters that a path or query may have.
    func address(_ rest: String) -> WebAddress { WebAddress(origin: origin, target: "/v2/" + rest) }

    /// The address below a repository; throws where the name could be anything but one.
    func address(repository: String, _ rest: String) throws -> WebAddress {
        guard ImageName.isRepository(repository) else {
            throw RegistryError(.invalidReference, "\(name): \(PlainText.line(repository)) is not a repository name")
        }
        return address("\(repository)/\(rest)")
    }

    /// `localhost` and literal loopback addresses, as Docker's client has it.
    private static func isLoopbackName(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
