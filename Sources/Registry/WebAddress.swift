/// An `http` or `https` address in one fixed spelling, so that what is checked is what is connected to.
///
/// Narrower than RFC 3986: no user information, no fragment, a host of letters, digits, dots and dashes or a bracketed
/// IPv6 address, and only visible ASCII. Anything else is no address here.
package struct WebAddress: Hashable, Sendable {
    /// The longest address that is taken, in bytes; presigned ones run to a few thousand.
    static let maxBytes = 16 << 10

    /// What two addresses share that belong to the same server (RFC 6454).
    package struct Origin: Hashable, Sendable {
        package let isSecure: Bool
        package let host: String
        package let port: Int
    }

    package let origin: Origin
    /// Path and query, starting with a slash.
    let target: String

    init(origin: Origin, target: String) {
        self.origin = origin
        self.target = target
    }

    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.maxBytes else { return nil }
        let secure: Bool
        var rest: Substring
        let lowered = text.prefix(8).lowercased()
        if lowered.hasPrefix("https://") {
            secure = true
            rest = Substring(text).dropFirst(8)
        } else if lowered.hasPrefix("http://") {
            secure = false
            rest = Substring(text).dropFirst(7)
        } else {
            return nil
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard let origin = Self.origin(String(rest[..<end]), isSecure: secure) else { return nil }
        rest = rest[end...]
        guard let target = Self.target(rest) else { return nil }
        self.init(origin: origin, target: target)
    }

    package var host: String { origin.host }
    package var isSecure: Bool { origin.isSecure }

    /// The path without the query, which may hold a signature.
    var path: Substring { target.prefix { $0 != "?" } }

    /// The address for messages: no query.
    var publicText: String { Self.text(of: origin) + path }

    package var text: String { Self.text(of: origin) + target }

    /// The address that a `Location` or `Link` names, absolute or relative to this one (RFC 3986, section 5).
    func resolving(_ reference: some StringProtocol) -> WebAddress? {
        guard !reference.isEmpty, reference.utf8.count <= Self.maxBytes else { return nil }
        if reference.hasPrefix("//") { return WebAddress((isSecure ? "https:" : "http:") + reference) }
        if reference.prefix(8).contains("://") { return WebAddress(reference) }
        let merged: String
        if reference.hasPrefix("/") {
            merged = String(reference)
        } else if reference.hasPrefix("?") {
            merged = "\(path)\(reference)"
        } else {
            guard let slash = path.lastIndex(of: "/") else { return nil }
            merged = "\(path[...slash])\(reference)"
        }
        guard let target = Self.target(Substring(merged)) else { return nil }
        return WebAddress(origin: origin, target: target)
    }

    /// Parses `host[:port]`; the host comes out in lower case and without a final dot.
    package static func origin(_ authority: String, isSecure: Bool) -> Origin? {
        var host = Substring(authority.lowercased())
        var port = isSecure ? 443 : 80
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            let digits = host[host.index(after: colon)...]
            guard digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = UInt16(digits), number > 0 else {
                return nil
            }
            port = Int(number)
            host = host[..<colon]
        }
        if host.hasPrefix("[") {
            let inside = host.dropFirst().dropLast()
            guard host.hasSuffix("]"), inside.utf8.count >= 2, inside.allSatisfy({ $0.isHexDigit || ":.".contains($0) })
            else { return nil }
        } else {
            if host.hasSuffix(".") { host = host.dropLast() }
            guard !host.isEmpty, host.utf8.count <= 253, !host.contains(".."), !host.hasPrefix("."),
                host.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == 45 || $0 == 46 || $0 == 95 })
            else { return nil }
        }
        return Origin(isSecure: isSecure, host: String(host), port: port)
    }

    private static func target(_ text: Substring) -> String? {
        let withoutFragment = text.prefix { $0 != "#" }
        guard withoutFragment.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !#""<>\^`{|}"#.utf8.contains($0) }) else {
            return nil
        }
        return withoutFragment.hasPrefix("/") ? String(withoutFragment) : "/" + withoutFragment
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57)
    }

    private static func text(of origin: Origin) -> String {
        let standard = origin.port == (origin.isSecure ? 443 : 80)
        return (origin.isSecure ? "https://" : "http://") + origin.host + (standard ? "" : ":\(origin.port)")
    }
}
