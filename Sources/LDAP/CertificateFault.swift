import COpenSSL

/// What is wrong with a directory's certificate, in words.
///
/// OpenLDAP has none for it where it is built with GnuTLS, as on Debian and Ubuntu: whatever it was is an unknown error. So the
/// certificate is fetched once more, without trust, and looked at; nothing else is said on that connection.
enum CertificateFault {
    /// Why TLS with the server fails; `nil` where that is not for its certificate.
    static func of(_ server: LDAPServer) -> String? {
        // A connection that fails for another reason, or goes well now, says nothing about the certificate.
        if (try? LDAPSession(server, probe: .strict)) != nil { return nil }  // that it fails is what is asked
        guard let session = try? LDAPSession(server, probe: .lax),  // then there is no TLS at all
            let certificate = session.peerCertificate
        else { return nil }
        return words(certificate, server)
    }

    /// What is wrong with a certificate (DER) that was refused.
    static func words(_ certificate: [UInt8], _ server: LDAPServer) -> String? {
        guard !certificate.isEmpty else { return nil }
        // OpenSSL reads from a pointer, no further than the count, and keeps none.
        return certificate.withUnsafeBufferPointer { bytes -> String? in
            var position = bytes.baseAddress
            guard let certificate = d2i_X509(nil, &position, bytes.count) else {
                ERR_clear_error()
                return nil
            }
            defer { X509_free(certificate) }
            if X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0 {
                return "the directory's certificate has expired: it has to be renewed"
            }
            if X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0 {
                return "the directory's certificate is not valid yet: are both machines' clocks right?"
            }
            let host = server.host
            let isNamed =
                X509_check_host(certificate, host, 0, 0, nil) == 1 || X509_check_ip_asc(certificate, host, 0) == 1
            ERR_clear_error()
            guard isNamed else {
                return "the directory's certificate is not for \(host): use a name that it holds in ldap-url"
            }
            guard let file = server.authorityFile else {
                return "the directory's certificate is of no authority that this machine trusts: "
                    + "name its authority's file with ldap-ca"
            }
            return "the directory's certificate is of no authority in \(file): ldap-ca must name its authority's file"
        }
    }
}
