import ScanModel

/// The hosts of `NO_PROXY`: names with all below them, addresses, networks in CIDR notation, each with a port if wanted, or
/// `*` for all.
struct ProxyExceptions: Sendable, Equatable {
    private enum Rule: Sendable, Equatable {
        case all
        case name(String, port: Int?)
        case network(AddressRange, port: Int?)
    }

    private let rules: [Rule]

    init(_ text: String) {
        rules = text.split { $0 == "," || $0.isWhitespace }.map { Self.rule(String($0).lowercased()) }
    }

    private static func rule(_ text: String) -> Rule {
        if text == "*" { return .all }
        if let range = AddressRange(text) { return .network(range, port: nil) }
        var name = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) {
            port = number
            name = String(text[..<colon])
            if !name.contains("/"), let range = AddressRange(name) { return .network(range, port: port) }
        }
        if name.hasPrefix("*.") { name.removeFirst() }
        return .name(String(name.drop { $0 == "." }), port: port)
    }

    /// Whether a host is reached without a proxy.
    func contains(host: String, port: Int) -> Bool {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if name == "localhost" || Self.loopback.contains(where: { $0.contains(name) }) { return true }
        return rules.contains { rule in
            switch rule {
            case .all: return true
            case .name(let suffix, let only):
                guard only == nil || only == port, !suffix.isEmpty else { return false }
                return name == suffix || name.hasSuffix(".\(suffix)")
            case .network(let range, let only): return (only == nil || only == port) && range.contains(name)
            }
        }
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap(AddressRange.init)
}
