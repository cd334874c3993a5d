import COpenSSL
import Glibc

/// TLS over a socket that does not block (OpenSSL); used on one thread only.
///
/// The server must present a certificate that leads to a trusted authority and holds the host's name or address.
final class TLSSession {
    /// How far a call has come.
    enum Progress {
        case moved(Int)
        case wantsToRead
        case wantsToWrite
        case ended
    }

    private let context: OpaquePointer
    private let ssl: OpaquePointer

    /// Prepares a session over `descriptor`, which stays the caller's; nothing is sent yet.
    init(_ settings: RedisTLS, host: String, descriptor: Int32) throws(RedisError) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.failure("no memory for TLS") }
        do {
            try Self.prepare(context, settings)
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        guard let ssl = SSL_new(context), SSL_set_fd(ssl, descriptor) == 1 else {
            SSL_CTX_free(context)
            throw Self.failure("no memory for TLS")
        }
        self.context = context
        self.ssl = ssl
        let name = settings.serverName ?? host
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
        ERR_clear_error()
        guard isAddress || (SSL_set1_host(ssl, name) == 1 && tallyman_ssl_name_server(ssl, name) == 1) else {
            throw Self.failure("\(name) cannot be a server's name")
        }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Throws where a file that the settings name cannot be read, or is not what it has to be.
    static func check(_ settings: RedisTLS) throws(RedisError) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw failure("no memory for TLS") }
        defer { SSL_CTX_free(context) }
        try prepare(context, settings)
    }

    private static func prepare(_ context: OpaquePointer, _ settings: RedisTLS) throws(RedisError) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        guard tallyman_ssl_require_tls12(context) == 1 else { throw failure("TLS 1.2 is not to be had") }
        tallyman_ssl_allow_moving_buffers(context)
        if let file = settings.authorityFile {
            guard SSL_CTX_load_verify_locations(context, file, nil) == 1 else {
                throw failure("the authorities in \(file) cannot be read")
            }
        } else {
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw failure("the system's certificate authorities cannot be read")
            }
        }
        guard let certificate = settings.certificateFile else { return }
        guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw failure("the certificate in \(certificate) cannot be read")
        }
        let key = settings.keyFile ?? certificate
        guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
            throw failure("the key in \(key) cannot be read, or is not that of the certificate")
        }
    }

    /// One step of the handshake; `moved` once it is done.
    func shakeHands() throws(RedisError) -> Progress {
        ERR_clear_error()
        let result = SSL_connect(ssl)
        if result == 1 { return .moved(0) }
        let refusal = SSL_get_verify_result(ssl)
        if refusal != Int(X509_V_OK), let text = X509_verify_cert_error_string(refusal) {
            throw RedisError(.connectionFailed, "the server's certificate is refused: \(String(cString: text))")
        }
        return try progress(result, "the TLS handshake failed")
    }

    /// Reads what is there, up to `buffer`'s size.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RedisError) -> Progress {
        ERR_clear_error()
        return try progress(SSL_read(ssl, buffer.baseAddress, Self.length(buffer.count)), "reading over TLS failed")
    }

    /// Writes a first part of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer) throws(RedisError) -> Progress {
        ERR_clear_error()
        return try progress(SSL_write(ssl, bytes.baseAddress, Self.length(bytes.count)), "writing over TLS failed")
    }

    /// Whether what the socket holds is TLS's own, such as session tickets, and nothing for us.
    var isQuiet: Bool {
        ERR_clear_error()
        var byte: UInt8 = 0
        let result = SSL_peek(ssl, &byte, 1)
        return result <= 0 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ
    }

    private func progress(_ result: Int32, _ what: String) throws(RedisError) -> Progress {
        if result > 0 { return .moved(Int(result)) }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsToRead
        case SSL_ERROR_WANT_WRITE: return .wantsToWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: throw Self.failure(what, .connectionLost)
        }
    }

    private static func length(_ count: Int) -> Int32 { Int32(clamping: count) }

    private static func failure(_ what: String, _ code: RedisError.Code = .connectionFailed) -> RedisError {
        let system = errno
        let number = ERR_get_error()
        guard number != 0 else {
            return RedisError(code, system == 0 ? what : "\(what): \(String(cString: strerror(system)))")
        }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(number, &text, text.count)
        return RedisError(
            code,
            "\(what): \(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))"
        )
    }
}
