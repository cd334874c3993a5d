import AsyncHTTPClient
import HTTPProxy
package import Logging
import NIOHTTP1
import ScanModel
import Telemetry

/// A client of container registries (OCI distribution-spec v1.1, "Pull").
///
/// One client serves any number of registries and concurrent calls. Every call retries what may pass: broken
/// connections, 429 and 5xx, with back-off, within `RegistryOptions.deadline`. All calls throw `RegistryError`, but for
/// `CancellationError` where the task was cancelled and what a caller's own closure throws.
package final class RegistryClient: Sendable {
    let options: RegistryOptions
    let exchange: HTTPExchange
    let authorizer: Authorizer
    let gate: (any RequestGate)?
    let logger: Logger

    /// `gate` decides when each request may be sent; without one all are sent at once.
    package init(
        options: RegistryOptions,
        credentials: some CredentialSource,
        gate: (any RequestGate)? = nil,
        logger: Logger
    ) {
        self.options = options
        self.gate = gate
        self.logger = logger
        exchange = HTTPExchange(options: options)
        authorizer = Authorizer(exchange: exchange, credentials: credentials)
    }

    /// Closes all connections; to be called once, when no request is under way.
    package func shutdown() async throws {
        try await exchange.shutdown()
    }

    /// Checks that a registry answers (distribution-spec v1.1, "Determining Support"), and takes the credentials where
    /// there are any.
    package func ping(_ registry: String) async throws {
        let endpoint = try RegistryEndpoint(registry, options: options)
        let hasCredential = await authorizer.hasCredential(for: endpoint)
        try await retrying(endpoint.name) {
            do {
                let ask = RegistryRequest(.GET, endpoint, endpoint.address(""), scope: "", subject: endpoint.name)
                try await self.request(ask) { reply in
                    if reply.status == 401, !hasCredential { return }
                    try await self.expect([200], reply, subject: endpoint.name)
                    _ = await reply.body.excerpt(maxBytes: ErrorBody.maxBytes)
                }
            } catch let error as RegistryError where error.code == .unauthorized && !hasCredential {
                // It answers and wants a login, which the repositories that are open to all may not need.
                return
            }
        }
    }

    /// Sends a request when it is its turn and gives its answer to `read`; the turn ends when `read` does.
    func request<Value>(
        _ ask: RegistryRequest,
        patience: Duration? = nil,
        read: (HTTPExchangeReply) async throws -> Value
    ) async throws -> Value {
        guard let gate else { return try await read(try await authorizedReply(to: ask)) }
        let registry = ask.endpoint.name
        let pass = try await gate.admit(registry, ask.cost, patience: patience ?? options.gatePatience)
        var feedback = RegistryFeedback()
        do {
            let reply = try await authorizedReply(to: ask)
            feedback = reply.feedback
            let value = try await read(reply)
            await gate.end(pass, ask.cost, feedback)
            return value
        } catch {
            // Some say only in the body how long to wait.
            if feedback.isThrottled, feedback.retryAfter == nil {
                feedback.retryAfter = (error as? RegistryError)?.retryAfter
            }
            await gate.end(pass, ask.cost, feedback)
            throw error
        }
    }

    /// Logins that one request tries: a new token may have ended, or not be known yet, where it is used first.
    private static let maxLogins = 2

    /// Sends a request with the credentials it needs; a 401 is answered, also for a token that ended meanwhile.
    private func authorizedReply(to ask: RegistryRequest) async throws -> HTTPExchangeReply {
        var request = HTTPExchangeRequest(
            method: ask.method,
            address: ask.address,
            subject: ask.subject,
            headers: ask.headers
        )
        request.authorization = await authorizer.known(for: ask.endpoint, scope: ask.scope)
        var reply = try await exchange.send(request)
        var logins = 0
        while reply.status == 401, !reply.hasLeftOrigin, logins < Self.maxLogins {
            logins += 1
            _ = await reply.body.excerpt(maxBytes: ErrorBody.maxBytes)
            request.authorization = try await authorizer.answer(
                reply.headers["www-authenticate"],
                for: ask.endpoint,
                scope: ask.scope,
                rejected: request.authorization,
                subject: ask.subject
            )
            reply = try await exchange.send(request)
        }
        if request.authorization != nil, reply.status < 400 {
            await authorizer.noteAccepted(ask.endpoint, scope: ask.scope)
        }
        guard reply.status == 401, !reply.hasLeftOrigin,
            await authorizer.hasAccepted(ask.endpoint, scope: ask.scope)
        else { return reply }
        // It took such a login before; servers that share the work do not all know a new token at once.
        let detail = ErrorBody.summary(await reply.body.excerpt(maxBytes: ErrorBody.maxBytes))
        throw RegistryError.status(401, subject: ask.subject, detail: detail, retryAfter: nil).asTransient
    }

    /// Throws the error that a reply stands for, unless its status is one of `statuses`.
    func expect(_ statuses: Set<Int>, _ reply: HTTPExchangeReply, subject: String) async throws {
        guard !statuses.contains(reply.status) else { return }
        if reply.status == 429 || (reply.status == 503 && reply.retryAfter != nil) {
            Measure.count(MetricNames.registryThrottled, [("registry", String(subject.prefix { $0 != "/" }))])
        }
        let detail = ErrorBody.summary(await reply.body.excerpt(maxBytes: ErrorBody.maxBytes))
        let error = RegistryError.status(
            reply.status,
            subject: subject,
            detail: detail,
            retryAfter: reply.retryAfter ?? RetryAfter.hint(in: detail)
        )
        // A signed address that has run out: the registry gives a new one when it is asked again.
        throw reply.hasLeftOrigin && [400, 401, 403].contains(reply.status) ? error.asTransient : error
    }

    /// Runs `operation` until it succeeds, fails for good, or patience ends.
    func retrying<Value>(_ subject: String, _ operation: () async throws -> Value) async throws -> Value {
        let policy = RetryPolicy(options: options)
        let end = ContinuousClock.now + options.deadline
        var attempt = 1
        while true {
            do {
                return try await operation()
            } catch let error as RegistryError {
                try await pause(after: error, attempt: attempt, until: end, policy: policy)
                attempt += 1
            }
        }
    }

    /// Waits before the next try, or throws `error` where there is to be none.
    func pause(
        after error: RegistryError,
        attempt: Int,
        until end: ContinuousClock.Instant,
        policy: RetryPolicy
    ) async throws {
        // Whoever asked with little patience has something better to do than to wait here.
        guard error.code != .throttled else { throw error }
        let remaining = end - .now
        let jitter = Double.random(in: 0...1)
        guard let wait = policy.delay(after: error, attempt: attempt, remaining: remaining, jitter: jitter) else {
            throw error
        }
        logger.debug("registry request retried", metadata: ["error": "\(error)", "attempt": "\(attempt)"])
        // Where limits are shared, the pause that a refusal led to is waited for with the next request's turn.
        if gate != nil, error.code == .rateLimited { return }
        try await Task.sleep(for: wait)
    }

    /// The scope of a token for reading one repository (distribution's token specification, "Resource Scope Grammar").
    static func pullScope(_ repository: String) -> String { "repository:\(repository):pull" }
}

extension HTTPExchangeReply {
    /// What the server asks to wait, where it does.
    var retryAfter: Duration? {
        headers.first(name: "retry-after").flatMap { RetryAfter.parse($0, unixNow: WallClock.unixSeconds) }
    }

    /// What the answer says of the registry's patience.
    var feedback: RegistryFeedback {
        var feedback = RegistryFeedback()
        feedback.retryAfter = retryAfter
        feedback.isThrottled = status == 429 || (status == 503 && retryAfter != nil)
        feedback.isAnswered = !feedback.isThrottled && status < 500
        feedback.quota = PullQuota(headers, unixNow: WallClock.unixSeconds)
        return feedback
    }
}
