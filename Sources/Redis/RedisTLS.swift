/// How a server proves itself over TLS, and how we do.
package struct RedisTLS: Sendable, Equatable {
    /// A PEM file with the certificate authorities that count, in place of the system's.
    package var authorityFile: String?
    /// A PEM file with our own certificate and those between it and its authority, where the server asks for one.
    package var certificateFile: String?
    /// A PEM file with the key of `certificateFile`.
    package var keyFile: String?
    /// The name that the server's certificate must hold, where it is not the host of the address.
    package var serverName: String?

    package init() {}

    /// Throws where a file that is named cannot be read, or is not what it has to be: no server can be reached then.
    package func check() throws(RedisError) { try TLSSession.check(self) }
}
