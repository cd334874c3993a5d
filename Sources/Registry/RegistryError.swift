/// A request to a registry that did not give what was asked for.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for deciding what follows from it.
    package struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// No or wrong credentials, or credentials that may not be sent where the registry asks.
        package static let unauthorized = Code(rawValue: "unauthorized")
        /// The credentials do not allow it.
        package static let forbidden = Code(rawValue: "forbidden")
        /// The repository, tag, manifest or blob does not exist.
        package static let notFound = Code(rawValue: "not_found")
        /// It existed and was removed for good (status 410).
        package static let gone = Code(rawValue: "gone")
        /// Too many requests, also after waiting.
        package static let rateLimited = Code(rawValue: "rate_limited")
        /// It is not this request's turn yet, as the registry's shared budget is spent or paused; nothing was sent.
        package static let throttled = Code(rawValue: "throttled")
        /// No connection, or one that broke.
        package static let unreachable = Code(rawValue: "unreachable")
        /// The registry's certificate or the TLS handshake was refused.
        package static let tls = Code(rawValue: "tls")
        /// The registry failed (status 5xx).
        package static let serverFailure = Code(rawValue: "server_failure")
        /// An answer against the protocol.
        package static let badResponse = Code(rawValue: "bad_response")
        /// A redirect or token server at an address where none is allowed.
        package static let refusedAddress = Code(rawValue: "refused_address")
        /// Content that does not have the digest asked for.
        package static let digestMismatch = Code(rawValue: "digest_mismatch")
        /// Content over a bound.
        package static let tooLarge = Code(rawValue: "too_large")
        /// No answer, or too slow a one.
        package static let timedOut = Code(rawValue: "timed_out")
        /// Content that is well-formed and not a container image we read, or a request the registry does not know.
        package static let unsupported = Code(rawValue: "unsupported")
        /// A registry, repository, tag or digest that is not one.
        package static let invalidReference = Code(rawValue: "invalid_reference")
        /// The task was cancelled.
        package static let cancelled = Code(rawValue: "cancelled")

        package var description: String { rawValue }
    }

    package let code: Code
    /// One or two sentences for an operator: where, what, why and, where there is one, the remedy, without secrets.
    package let message: String
    /// The HTTP status, where one was received.
    package let status: Int?
    /// Whether the same request may succeed later; the client has then already retried.
    package let isTransient: Bool
    /// How long the registry asked to wait, uncut.
    package let retryAfter: Duration?
    /// Whether something is missing that what was asked for names: it may have been deleted meanwhile.
    package internal(set) var isIncomplete = false
    /// Whether something came, and too little in its time.
    var isTooSlow = false

    package init(
        _ code: Code,
        _ message: String,
        status: Int? = nil,
        isTransient: Bool = false,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }

    package var description: String { "\(message) [\(code)]" }

    /// Whether the registry itself says that it has no such repository (OCI distribution-spec, "Error Codes"): a proxy in
    /// front of one that is away answers 404, too.
    package var saysNoRepository: Bool { code == .notFound && message.contains("NAME_UNKNOWN") }
}
