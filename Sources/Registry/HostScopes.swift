import Glibc
import NIOPosix

/// Looks up how far a host's addresses reach, before anything connects to it.
package enum HostScopes {
    /// One address of a host, in its usual spelling, and how far it reaches.
    package struct Place: Sendable, Equatable {
        package let address: String
        package let scope: AddressScope

        package init(address: String, scope: AddressScope) {
            self.address = address
            self.scope = scope
        }
    }

    /// The addresses of `host`, which may be a name or a literal in any spelling that the system takes for one, in the order in
    /// which they are to be tried; none where it has none.
    package static func places(of host: String) async throws -> [Place] {
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return try await NIOThreadPool.singleton.runIfActive { lookUp(name) }
    }

    /// The nearest scope of all addresses of `host`, which may be a name or a literal in any spelling that the system
    /// takes for one; throws `unreachable` where it has none.
    static func nearest(of host: String) async throws -> AddressScope {
        guard let nearest = try await places(of: host).map(\.scope).max() else {
            throw RegistryError(.unreachable, "\(host): the name has no address", isTransient: true)
        }
        return nearest
    }

    /// The scope of an address in its usual spelling, found without asking anybody; `forbidden` for anything else.
    static func literal(_ address: String) -> AddressScope {
        lookUp(address, flags: AI_NUMERICHOST).map(\.scope).max() ?? .forbidden
    }

    private static func lookUp(_ name: String, flags: Int32 = 0) -> [Place] {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var places: [Place] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ai_addr, let place = place(address, family: current.pointee.ai_family) {
                places.append(place)
            }
            entry = current.pointee.ai_next
        }
        return places
    }

    private static func place(_ address: UnsafeMutablePointer<sockaddr>, family: Int32) -> Place? {
        let raw = UnsafeRawPointer(address)
        switch family {
        case AF_INET:
            var bytes = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            let scope = AddressScope(ipv4: withUnsafeBytes(of: bytes) { Array($0) })
            return text(AF_INET, &bytes).map { Place(address: $0, scope: scope) }
        case AF_INET6:
            var bytes = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            let scope = AddressScope(ipv6: withUnsafeBytes(of: bytes) { Array($0) })
            return text(AF_INET6, &bytes).map { Place(address: $0, scope: scope) }
        default:
            return nil
        }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
