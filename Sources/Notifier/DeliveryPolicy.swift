/// When what failed is tried again, and when no more.
package struct DeliveryPolicy: Sendable {
    /// A message that failed so often is given up: more often than the delays below allow within ``giveUpHours``.
    package var maxFailures = 200
    package var base = Duration.seconds(5)
    package var limit = Duration.seconds(3600)
    /// How long an endpoint that fails is left alone at most, whatever waits for it.
    package var maxPause = Duration.seconds(300)
    /// The longest wait that an endpoint may ask for.
    package var maxRetryAfter = Duration.seconds(3600)
    /// What waits longer than this is given up: an endpoint that is gone does not fill the database.
    package var giveUpHours = 72
    /// What is settled is kept so long.
    package var keepDays = 14

    package init() {}

    /// The wait after the failure with this number, from 0: twice as long each time, of which a random half is left out.
    ///
    /// `jitter` is from 0 to 1.
    func delay(failures: Int, asked: Duration?, jitter: Double) -> Duration {
        if let asked { return max(min(asked, maxRetryAfter), base) + base * jitter }
        return backOff(failures, limit: limit, jitter: jitter)
    }

    func pause(failures: Int, asked: Duration?, jitter: Double) -> Duration {
        if let asked { return min(asked, maxRetryAfter) }
        return backOff(failures, limit: maxPause, jitter: jitter)
    }

    private func backOff(_ failures: Int, limit: Duration, jitter: Double) -> Duration {
        min(base * (1 << min(max(failures, 0), 20)), limit) * (0.5 + min(max(jitter, 0), 1) / 2)
    }
}
