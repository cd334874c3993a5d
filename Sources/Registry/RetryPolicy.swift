/// When a failed request is tried again.
struct RetryPolicy: Sendable {
    let maxAttempts: Int
    let base: Duration
    let limit: Duration
    let maxRetryAfter: Duration

    init(options: RegistryOptions) {
        maxAttempts = max(1, options.maxAttempts)
        base = options.backoffBase
        limit = options.backoffLimit
        maxRetryAfter = options.maxRetryAfter
    }

    /// How long to wait before the next try, or `nil` where there is to be none.
    ///
    /// What the registry asks for counts, cut to `maxRetryAfter`; otherwise exponential back-off with full jitter.
    /// `attempt` counts the tries made so far, from 1; `remaining` is what is left of the call's deadline; `jitter` is a
    /// random number from 0 to 1.
    func delay(after error: RegistryError, attempt: Int, remaining: Duration, jitter: Double) -> Duration? {
        guard error.isTransient, attempt < maxAttempts else { return nil }
        let wait: Duration
        if let asked = error.retryAfter {
            // A little more than asked for, so that many clients do not return in the same moment.
            wait = min(max(asked, .zero), maxRetryAfter) + base * min(max(jitter, 0), 1)
        } else {
            let doublings = min(max(attempt, 1) - 1, 16)
            wait = min(base * (1 << doublings), limit) * min(max(jitter, 0), 1)
        }
        return wait < remaining ? wait : nil
    }
}
