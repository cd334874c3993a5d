import CLDAP

/// Why a directory did not do what it was asked.
package struct LDAPError: Error, Sendable, CustomStringConvertible {
    package struct Code: Sendable, Equatable {
        private let name: String
        /// The name or password is wrong (or the account is locked, which servers tell apart from it seldom).
        package static let invalidCredentials = Code(name: "invalidCredentials")
        /// The entry that was asked about is not there.
        package static let notFound = Code(name: "notFound")
        /// It cannot be reached, does not answer in time, or its certificate is not good.
        package static let unavailable = Code(name: "unavailable")
        /// It answered, and the answer is no.
        package static let refused = Code(name: "refused")
    }

    package let code: Code
    /// The result code of RFC 4511, section 4.1.9, or a negative one of the library.
    package let result: Int32
    package let message: String

    package var description: String { message }

    /// The same as a fault of our own login, not of a user's.
    package var asOurs: LDAPError { LDAPError(.unavailable, result, message) }

    private init(_ code: Code, _ result: Int32, _ message: String) {
        self.code = code
        self.result = result
        self.message = message
    }

    /// TLS failed for what is wrong with the server's certificate, in words.
    init(_ result: Int32, during step: String, certificate fault: String) {
        self.init(.unavailable, result, "LDAP \(step): \(fault)")
    }

    init(_ result: Int32, during step: String, detail: String = "") {
        self.result = result
        let text = ldap_err2string(result).map { String(cString: $0) } ?? "error \(result)"
        message = "LDAP \(step): \(text)" + (detail.isEmpty ? "" : " (\(detail))")
        code =
            switch result {
            // invalidCredentials, and a DN of no entry or of no form, which is a name that nobody has.
            case 49: .invalidCredentials
            case 32, 34: .notFound
            // busy, unavailable, timeLimitExceeded; below zero nothing came from the server.
            case 51, 52, 3, ..<0: .unavailable
            default: .refused
            }
    }
}
