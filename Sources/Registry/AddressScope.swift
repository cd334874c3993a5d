/// How far an IP address reaches, nearest last; what a registry may make us connect to depends on it.
package enum AddressScope: Int, Comparable, Sendable {
    case global
    case privateNetwork
    case loopback
    /// Link-local, multicast, reserved, and the fixed addresses of cloud metadata services: never connected to on a
    /// registry's word.
    case forbidden

    package static func < (left: AddressScope, right: AddressScope) -> Bool { left.rawValue < right.rawValue }

    /// The scope of an IPv4 address of four bytes (IANA special-purpose address registry).
    init(ipv4 bytes: [UInt8]) {
        guard bytes.count == 4 else {
            self = .forbidden
            return
        }
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (100, 100, 100, 200), (168, 63, 129, 16), (192, 0, 0, _): self = .forbidden
        case (169, 254, _, _), (0, _, _, _), (224...255, _, _, _): self = .forbidden
        case (127, _, _, _): self = .loopback
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _), (100, 64...127, _, _), (198, 18...19, _, _):
            self = .privateNetwork
        default: self = .global
        }
    }

    /// The scope of an IPv6 address of sixteen bytes; addresses that carry an IPv4 one have that one's scope.
    init(ipv6 bytes: [UInt8]) {
        guard bytes.count == 16 else {
            self = .forbidden
            return
        }
        let zeros = bytes.prefix { $0 == 0 }.count
        let embedded = Array(bytes[12...])
        if zeros == 15, bytes[15] == 1 {
            self = .loopback
        } else if zeros == 10, bytes[10] == 0xFF, bytes[11] == 0xFF {
            self.init(ipv4: embedded)
        } else if zeros >= 12 {
            self = zeros == 16 ? .forbidden : AddressScope(ipv4: embedded)
        } else if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B]) {
            self.init(ipv4: embedded)
        } else if bytes.starts(with: [0x20, 0x02]) {
            self.init(ipv4: Array(bytes[2..<6]))
        } else if bytes.starts(with: [0xFD, 0x00, 0x0E, 0xC2]) || bytes[0] == 0xFF {
            self = .forbidden
        } else if bytes[0] == 0xFE {
            self = bytes[1] & 0xC0 == 0xC0 ? .privateNetwork : .forbidden
        } else if bytes[0] & 0xFE == 0xFC {
            self = .privateNetwork
        } else {
            self = .global
        }
    }
}
