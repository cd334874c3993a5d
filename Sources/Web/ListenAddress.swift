import Glibc

/// Where a server listens: `HOST:PORT`, the host with or without brackets.
package struct ListenAddress: Sendable {
    let host: String
    let port: Int
    private let text: String

    /// Reads an address; `nil` for one of another form.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        let name = text[..<colon].trimmingPrefix("[")
        host = String(name.hasSuffix("]") ? name.dropLast() : name)
        self.port = port
        self.text = text
    }

    /// Finds out whether a server can listen there now.
    ///
    /// What a server itself throws then names neither the address nor what to do. A name is looked up, which blocks, as the
    /// server does next.
    ///
    /// - Parameter option: The option that names another address.
    /// - Throws: A `ListenError` with the cause where none can.
    package func check(option: String) throws(ListenError) {
        if let cause = obstacle() {
            throw ListenError(description: "cannot listen on \(text): \(cause); \(option) names another address")
        }
    }

    /// Why nothing can listen there.
    private func obstacle() -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard status == 0, let address = found?.pointee else { return String(cString: gai_strerror(status)) }
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        // As the server does: connections that have ended a moment ago are no obstacle.
        var on: Int32 = 1
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) != 0 else { return nil }
        return errno == EADDRINUSE ? "another program listens there" : String(cString: strerror(errno))
    }
}

/// Why a server cannot listen where it was told to.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String
}
