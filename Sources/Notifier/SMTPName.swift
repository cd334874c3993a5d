import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// What a client calls itself in its greeting (RFC 5321, section 4.1.4).
///
/// Relays refuse `localhost` and names without a domain.
enum SMTPName {
    private static let maxBytes = 253

    /// The name of this machine where it has a domain, else the address that the connection is made from, in brackets.
    static func own(_ address: SocketAddress?) -> String {
        own(host: machine(), address: address?.ipAddress)
    }

    static func own(host: String?, address: String?) -> String {
        if let host, isDomain(host) { return host }
        guard let address else { return "localhost" }
        // Without the interface that an address of one link goes by.
        let bare = address.prefix { $0 != "%" }
        return bare.contains(":") ? "[IPv6:\(bare)]" : "[\(bare)]"
    }

    private static func isDomain(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, name.utf8.count <= maxBytes, labels.first != "localhost" else { return false }
        let isAddress = labels.last?.utf8.allSatisfy { (0x30...0x39).contains($0) } == true
        return !isAddress
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }

    private static func machine() -> String? {
        // The last byte stays 0 where a name is as long as there is room.
        var name = [CChar](repeating: 0, count: maxBytes + 2)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
