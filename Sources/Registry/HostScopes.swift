import Glibc
import NIOPosix

/// Looks up how far a host's addresses reach.
///
/// The connection looks the name up again, so a name server that changes its answer in between is not caught; a name with
/// several addresses counts as its nearest one.
enum HostScopes {
    /// The nearest scope of all addresses of `host`, which may be a name or a literal in any spelling that the system
    /// takes for one; throws `unreachable` where it has none.
    static func scope(of host: String) async throws -> AddressScope {
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let addresses = try await NIOThreadPool.singleton.runIfActive { lookUp(name) }
        guard let nearest = addresses.max() else {
            throw RegistryError(.unreachable, "\(host): the name has no address", isTransient: true)
        }
        return nearest
    }

    private static func lookUp(_ name: String) -> [AddressScope] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var scopes: [AddressScope] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ai_addr, let scope = scope(of: address, family: current.pointee.ai_family)
            {
                scopes.append(scope)
            }
            entry = current.pointee.ai_next
        }
        return scopes
    }

    private static func scope(of address: UnsafeMutablePointer<sockaddr>, family: Int32) -> AddressScope? {
        let raw = UnsafeRawPointer(address)
        switch family {
        case AF_INET:
            let bytes = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return AddressScope(ipv4: withUnsafeBytes(of: bytes) { Array($0) })
        case AF_INET6:
            let bytes = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return AddressScope(ipv6: withUnsafeBytes(of: bytes) { Array($0) })
        default:
            return nil
        }
    }
}
