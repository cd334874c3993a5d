import Foundation

/// An IP address, or all of a network in CIDR notation.
package struct AddressRange: Sendable, Equatable {
    private let network: [UInt8]
    private let bits: Int

    /// Reads `192.0.2.1`, `192.0.2.0/24` or `2001:db8::/32`, IPv6 with or without brackets.
    ///
    /// `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let network = Self.octets(parts[0]) else { return nil }
        let bits = parts.count == 2 ? Int(parts[1]) : network.count * 8
        guard let bits, (0...network.count * 8).contains(bits) else { return nil }
        self.network = network
        self.bits = bits
    }

    /// Whether it has the address; never for what is none.
    package func contains(_ address: String) -> Bool { Self.octets(address).map(contains) ?? false }

    private func contains(_ address: [UInt8]) -> Bool {
        guard address.count == network.count else { return false }
        for (place, pair) in zip(address, network).enumerated() {
            let left = bits - place * 8
            if left <= 0 { return true }
            let mask: UInt8 = left >= 8 ? 0xff : 0xff << UInt8(8 - left)
            guard pair.0 & mask == pair.1 & mask else { return false }
        }
        return true
    }

    /// The bytes of an address; an IPv4 one that is written as IPv6 is that IPv4 one.
    private static func octets(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        var six = in6_addr()
        guard inet_pton(AF_INET6, bare, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        return bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff]) ? Array(bytes[12...]) : bytes
    }
}
