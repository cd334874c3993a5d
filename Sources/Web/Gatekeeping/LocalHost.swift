import Foundation
import ScanModel

/// Hosts by which a machine means itself or what it is plugged into: loopback and link-local addresses.
enum LocalHost {
    private static let names: Set<String> = ["localhost", "localhost.localdomain", "localbuild"]
    private static let ranges = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"]
        .compactMap(AddressRange.init)

    /// Whether `host` or `host:port` is the name or the address of one.
    static func isMeant(by authority: String) -> Bool {
        var name = name(of: authority).lowercased()
        let isIPv6 = name.contains(":")
        while name.hasSuffix(".") { name.removeLast() }
        guard !names.contains(name), !name.hasSuffix(".localhost") else { return true }
        let address = isIPv6 ? name : canonical(name)
        return ranges.contains { $0.contains(address) }
    }

    /// The host of `host` or `host:port`, an IPv6 address without its brackets.
    static func name(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        let isIPv6 = authority.count(where: { $0 == ":" }) > 1
        return isIPv6 ? authority : String(authority.prefix { $0 != ":" })
    }

    /// Resolvers take an IPv4 address as one number too, in parts, and in octal: `2130706433`, `127.1`, `0177.0.0.1`.
    private static func canonical(_ name: String) -> String {
        var address = in_addr()
        guard inet_aton(name, &address) != 0 else { return name }
        return withUnsafeBytes(of: address) { $0.map { "\($0)" }.joined(separator: ".") }
    }
}
