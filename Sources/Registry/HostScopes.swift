import Glibc
import NIOPosix

/// Looks up how far a host's addresses reach, before anything connects to it.
enum HostScopes {
    /// The nearest scope of all addresses of `host`, which may be a name or a literal in any spelling that the system
    /// takes for one; throws `unreachable` where it has none.
    static func nearest(of host: String) async throws -> AddressScope {
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let addresses = try await NIOThreadPool.singleton.runIfActive { lookUp(name) }
        guard let nearest = addresses.max() else {
            throw RegistryError(.unreachable, "\(host): the name has no address", isTransient: true)
        }
        return nearest
    }

    /// The scope of an address in its usual spelling, found without asking anybody; `forbidden` for anything else.
    static func literal(_ address: String) -> AddressScope {
        lookUp(address, flags: AI_NUMERICHOST).max() ?? .forbidden
    }

    private static func lookUp(_ name: String, flags: Int32 = 0) -> [AddressScope] {
        var hints = addrinfo()
        hints.ai_flags = flags
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
