import Registry
package import ScanModel

/// Where messages may be sent: an address that somebody typed must not reach what only this machine can (server-side request
/// forgery).
package struct TargetRules: Sendable {
    /// Addresses of one host that are tried.
    private static let maxAddresses = 3

    /// Whether loopback and private networks may be reached.
    package var allowsPrivate: Bool
    /// Networks that may be reached beside the public ones.
    package var networks: [AddressRange]

    package init(allowsPrivate: Bool = false, networks: [AddressRange] = []) {
        self.allowsPrivate = allowsPrivate
        self.networks = networks
    }

    /// Looks a host up, once: the first few addresses that may be connected to, in the order in which they are to be tried.
    ///
    /// One address that may not makes all of them count for nothing: a name that leads inside and outside is none of an honest
    /// endpoint. Link-local addresses, multicast and those of cloud metadata services never may.
    func addresses(of host: String) async throws -> [String] {
        let places = try await HostScopes.places(of: host)
        guard !places.isEmpty else { throw DeliveryError("\(host): the name has no address") }
        for place in places where !allows(place) {
            throw DeliveryError(
                "\(host) is at \(place.address), where messages are not sent: see --allow-private-targets and --allow-target"
            )
        }
        var seen: Set<String> = []
        return Array(places.map(\.address).filter { seen.insert($0).inserted }.prefix(Self.maxAddresses))
    }

    func allows(_ place: HostScopes.Place) -> Bool {
        switch place.scope {
        case .global: true
        case .privateNetwork, .loopback: allowsPrivate || networks.contains { $0.contains(place.address) }
        case .forbidden: false
        }
    }
}

/// Why a message was not taken.
package struct DeliveryError: Error, Sendable, CustomStringConvertible {
    /// For an operator; neither a secret nor the path of an address is in it.
    package let reason: String
    /// Whether the same message would be refused again, whenever it is sent.
    package let isPermanent: Bool
    /// When the endpoint asked to be tried again.
    package let retryAfter: Duration?

    init(_ reason: String, isPermanent: Bool = false, retryAfter: Duration? = nil) {
        self.reason = reason
        self.isPermanent = isPermanent
        self.retryAfter = retryAfter
    }

    package var description: String { reason }
}
