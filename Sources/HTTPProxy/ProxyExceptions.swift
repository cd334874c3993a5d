import Foundation

/// The hosts of `NO_PROXY`: names with all below them, addresses, networks in CIDR notation, each with a port if wanted, or
/// `*` for all.
struct ProxyExceptions: Sendable, Equatable {
    private enum Rule: Sendable, Equatable {
        case all
        case name(String, port: Int?)
        case network([UInt8], bits: Int, port: Int?)
    }

    private let rules: [Rule]

    init(_ text: String) {
        rules = text.split { $0 == "," || $0.isWhitespace }.map { Self.rule(String($0).lowercased()) }
    }

    private static func rule(_ text: String) -> Rule {
        if text == "*" { return .all }
        let slash = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if slash.count == 2, let address = octets(slash[0]), let bits = Int(slash[1]),
            (0...address.count * 8).contains(bits)
        {
            return .network(address, bits: bits, port: nil)
        }
        if let address = octets(text) { return .network(address, bits: address.count * 8, port: nil) }
        var name = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) {
            port = number
            name = String(text[..<colon])
            if let address = octets(name) { return .network(address, bits: address.count * 8, port: port) }
        }
        if name.hasPrefix("*.") { name.removeFirst() }
        return .name(String(name.drop { $0 == "." }), port: port)
    }

    /// Whether a host is reached without a proxy.
    func contains(host: String, port: Int) -> Bool {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let address = Self.octets(name)
        if name == "localhost" || Self.isLoopback(address) { return true }
        return rules.contains { rule in
            switch rule {
            case .all: return true
            case .name(let suffix, let only):
                guard only == nil || only == port, !suffix.isEmpty else { return false }
                return name == suffix || name.hasSuffix(".\(suffix)")
            case .network(let network, let bits, let only):
                guard only == nil || only == port, let address, address.count == network.count else { return false }
                return Self.shares(bits, address, network)
            }
        }
    }

    private static func isLoopback(_ address: [UInt8]?) -> Bool {
        guard let address else { return false }
        return address.count == 4 ? address[0] == 127 : address == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func shares(_ bits: Int, _ one: [UInt8], _ other: [UInt8]) -> Bool {
        for (place, pair) in zip(one, other).enumerated() {
            let left = bits - place * 8
            if left <= 0 { return true }
            let mask: UInt8 = left >= 8 ? 0xff : 0xff << UInt8(8 - left)
            guard pair.0 & mask == pair.1 & mask else { return false }
        }
        return true
    }

    /// The bytes of an IPv4 or IPv6 address, the latter with or without brackets; nil for a name.
    private static func octets(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        var six = in6_addr()
        return inet_pton(AF_INET6, bare, &six) == 1 ? withUnsafeBytes(of: six) { Array($0) } : nil
    }
}
