/// Which redirects of a registry are followed.
struct RedirectRules: Sendable {
    /// Redirects in one request.
    static let maxRedirects = 5
    static let statuses: Set<Int> = [301, 302, 303, 307, 308]

    private(set) var visited: Set<WebAddress>
    private(set) var current: WebAddress
    /// Whether the request has left the server that it was for; its credentials then stay off for good.
    private(set) var hasLeftOrigin = false

    init(start: WebAddress) {
        visited = [start]
        current = start
    }

    /// Follows a `Location` header in name; the caller then checks the address behind the host.
    ///
    /// Throws `badResponse` for a missing or malformed target, a loop or too many steps, and `refusedAddress` for a step
    /// from https to http.
    mutating func follow(_ location: String?, subject: String) throws {
        guard let location, let next = current.resolving(location) else {
            throw RegistryError(.badResponse, "\(subject): a redirect without a usable target")
        }
        guard next.isSecure || !current.isSecure else {
            throw RegistryError(.refusedAddress, "\(subject): redirect from https to http at \(next.host) refused")
        }
        guard visited.insert(next).inserted else {
            throw RegistryError(.badResponse, "\(subject): redirects run in a circle at \(next.publicText)")
        }
        guard visited.count <= Self.maxRedirects + 1 else {
            throw RegistryError(.badResponse, "\(subject): more than \(Self.maxRedirects) redirects")
        }
        if next.origin != current.origin { hasLeftOrigin = true }
        current = next
    }

    /// Whether a registry whose own address has the scope `own` may send us to one of scope `target`: never nearer than
    /// it is itself, so that a public registry cannot reach into the network of the scanner.
    static func allows(_ target: AddressScope, from own: AddressScope) -> Bool {
        target != .forbidden && target <= own
    }
}
