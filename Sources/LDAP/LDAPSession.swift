import CLDAP
import Glibc

/// One connection to a directory; it blocks, so it is used on a thread of ours (`ThreadPool`) and stays on it.
package final class LDAPSession {
    /// Bytes of a value that is read; longer ones are left out.
    private static let maxValueBytes = 4096
    /// Values of one attribute that are read.
    private static let maxValues = 10_000

    /// A connection with TLS and nothing else, to see why another one failed.
    enum Probe {
        /// The certificate must be good.
        case strict
        /// It may be any.
        case lax
    }

    private let server: LDAPServer
    private let probe: Probe?
    private let handle: OpaquePointer
    private let time: timeval

    /// Opens a session; the connection itself is made by the first request, or now with StartTLS.
    ///
    /// Referrals are not followed, the certificate and its name are checked, and TLS below 1.2 is refused.
    package convenience init(_ server: LDAPServer) throws(LDAPError) { try self.init(server, probe: nil) }

    /// Opens a session; for a probe the connection is made at once.
    init(_ server: LDAPServer, probe: Probe?) throws(LDAPError) {
        self.server = server
        self.probe = probe
        time = timeval(tv_sec: max(1, server.seconds), tv_usec: 0)
        var opened: OpaquePointer?
        let result = ldap_initialize(&opened, server.url)
        guard result == LDAP_SUCCESS, let opened else { throw LDAPError(result, during: "address") }
        handle = opened
        try configure(server)
        if probe != nil, server.security != .startTLS { try check(ldap_connect(handle), during: "connection") }
    }

    deinit { ldap_unbind_ext_s(handle, nil, nil) }

    private func configure(_ server: LDAPServer) throws(LDAPError) {
        var version = Int32(LDAP_VERSION3)
        try set(LDAP_OPT_PROTOCOL_VERSION, &version)
        var time = time
        try set(LDAP_OPT_NETWORK_TIMEOUT, &time)
        try set(LDAP_OPT_TIMEOUT, &time)
        try check(tallyman_ldap_refuse_referrals(handle), during: "settings")
        try check(tallyman_ldap_restart_calls(handle), during: "settings")
        guard server.isEncrypted else { return }
        var demand = probe == .lax ? LDAP_OPT_X_TLS_ALLOW : LDAP_OPT_X_TLS_DEMAND
        try set(LDAP_OPT_X_TLS_REQUIRE_CERT, &demand)
        // TLS 1.2, as `LDAP_OPT_X_TLS_PROTOCOL_TLS1_2` puts it.
        var minimum: Int32 = (3 << 8) + 3
        try set(LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum)
        if let file = server.authorityFile {
            let result = file.withCString { ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, $0) }
            try check(result, during: "authority \(file)")
        }
        // What was set counts for this handle from here on.
        var isServer: Int32 = 0
        try set(LDAP_OPT_X_TLS_NEWCTX, &isServer)
        if server.security == .startTLS { try check(ldap_start_tls_s(handle, nil, nil), during: "StartTLS") }
    }

    private func set<Value: BitwiseCopyable>(_ option: Int32, _ value: inout Value) throws(LDAPError) {
        try check(withUnsafePointer(to: &value) { ldap_set_option(handle, option, $0) }, during: "settings")
    }

    private func check(_ result: Int32, during step: String) throws(LDAPError) {
        guard result != LDAP_SUCCESS else { return }
        let said = diagnosis
        // Where nothing is said, there was no TLS yet that could fail.
        if probe == nil, server.isEncrypted, result < 0, !said.isEmpty, let fault = CertificateFault.of(server) {
            throw LDAPError(result, during: step, certificate: fault)
        }
        throw LDAPError(result, during: step, detail: said)
    }

    /// The server's certificate (DER), where TLS has begun.
    var peerCertificate: [UInt8]? {
        var value = berval()
        guard ldap_get_option(handle, LDAP_OPT_X_TLS_PEERCERT, &value) == LDAP_OPT_SUCCESS, let start = value.bv_val
        else { return nil }
        defer { ldap_memfree(start) }
        // The bytes are the library's, and copied before it frees them.
        guard let count = Int(exactly: value.bv_len) else { return nil }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// What server and library say of the last failure, as one line.
    private var diagnosis: String {
        var text: UnsafeMutablePointer<CChar>?
        guard ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text) == LDAP_OPT_SUCCESS, let text else {
            return ""
        }
        defer { ldap_memfree(text) }
        return String(String(cString: text).unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.prefix(200))
    }

    /// Proves who we are with a password (simple bind, RFC 4513, section 5.1.3).
    ///
    /// An empty password is refused here: servers take it for an anonymous bind, which proves nothing.
    package func bind(dn: String, password: String) throws(LDAPError) {
        guard !password.isEmpty, !dn.isEmpty, !password.utf8.contains(0), !dn.utf8.contains(0) else {
            throw LDAPError(49, during: "bind")
        }
        var bytes = Array(password.utf8CString)
        let result = bytes.withUnsafeMutableBufferPointer { buffer in
            var credential = berval(bv_len: UInt(buffer.count - 1), bv_val: buffer.baseAddress)
            return tallyman_ldap_simple_bind(handle, dn, &credential)
        }
        for index in bytes.indices { bytes[index] = 0 }
        try check(result, during: "bind")
    }

    /// Searches the entry `base` and all below it; where there are more entries than `limit`, that many come.
    package func search(
        base: String,
        filter: String,
        attributes: [String],
        limit: Int
    ) throws(LDAPError) -> [LDAPEntry] {
        guard ([base, filter] + attributes).allSatisfy({ !$0.utf8.contains(0) }) else {
            throw LDAPError(32, during: "search")
        }
        var names = attributes.map { strdup($0) } + [nil]
        defer { names.forEach { free($0) } }
        var time = time
        var answer: OpaquePointer?
        let result = ldap_search_ext_s(
            handle,
            base,
            Int32(LDAP_SCOPE_SUBTREE),
            filter,
            &names,
            0,
            nil,
            nil,
            &time,
            Int32(clamping: limit),
            &answer
        )
        defer { ldap_msgfree(answer) }
        // With more than the limit, sizeLimitExceeded comes beside the first ones.
        if result != 4 { try check(result, during: "search") }
        var entries: [LDAPEntry] = []
        var next = ldap_first_entry(handle, answer)
        while let entry = next, entries.count < limit {
            if let read = self.entry(entry, attributes) { entries.append(read) }
            next = ldap_next_entry(handle, entry)
        }
        return entries
    }

    private func entry(_ message: OpaquePointer, _ attributes: [String]) -> LDAPEntry? {
        guard let name = ldap_get_dn(handle, message) else { return nil }
        defer { ldap_memfree(name) }
        guard let dn = String(validatingCString: name), !dn.isEmpty else { return nil }
        var found: [String: [String]] = [:]
        for attribute in attributes {
            guard let values = ldap_get_values_len(handle, message, attribute) else { continue }
            defer { ldap_value_free_len(values) }
            let count = min(Int(ldap_count_values_len(values)), Self.maxValues)
            let texts = (0..<count).compactMap { index -> String? in
                guard let value = values[index]?.pointee, let start = value.bv_val, value.bv_len <= Self.maxValueBytes
                else { return nil }
                let bytes = UnsafeRawBufferPointer(start: start, count: Int(value.bv_len))
                return String(validating: bytes, as: UTF8.self)
            }
            found[attribute.lowercased(), default: []] += texts
        }
        return LDAPEntry(dn: dn, attributes: found)
    }
}
