package import Logging
import Notifications
import Postgres
package import Store
import Telemetry

/// Empties the outbox: claims what is due, sends it, says what became of it.
///
/// Any number may run. All they know is in PostgreSQL: one that dies at any point leaves its claims to the others, and
/// what it had sent without saying so is sent once more, under the same key.
package struct Notifier: Sendable {
    /// Messages claimed at a time, of which this many are for one channel, and as many are under way.
    private static let batch = 16
    private static let perChannel = 4
    private static let atATime = 8
    /// How long a claim holds, in times that a message may take.
    ///
    /// The batch takes two; none is begun in the last.
    private static let leaseRounds = 3
    private static let interval = Duration.seconds(1)
    private static let tidySeconds = 600

    private let store: Store
    private let sender: MessageSender
    private let policy: DeliveryPolicy
    private let timeout: Duration
    private let logger: Logger

    package init(
        store: Store,
        sender: MessageSender,
        options: SenderOptions,
        policy: DeliveryPolicy = DeliveryPolicy(),
        logger: Logger
    ) {
        self.store = store
        self.sender = sender
        self.policy = policy
        timeout = options.timeout
        self.logger = logger
    }

    /// Works until the task is cancelled, and then ends what it has begun, which takes no longer than a message may;
    /// survives the loss of PostgreSQL.
    package func run() async {
        while !Task.isCancelled {
            do {
                if try await round() >= Self.batch { continue }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("notifications: \(error)")
            }
            try? await Task.sleep(for: Self.interval)  // a cancelled sleep ends the loop
        }
    }

    /// One round: works out whom changes concern, sums up what is due, sends one batch; how many messages that were.
    @discardableResult
    package func round() async throws -> Int {
        try await prepare { _ = try await store.tellChangedFindings() }
        try await prepare { _ = try await store.sumUp() }
        try await prepare {
            let dead = try await store.tidyDeliveries(
                every: Self.tidySeconds,
                giveUpAfterHours: policy.giveUpHours,
                keepDays: policy.keepDays
            )
            if dead > 0 { logger.warning("\(dead) notifications were given up: see `tallyman notify list`") }
        }
        let asked = ContinuousClock.now
        let claims = try await store.claimDeliveries(
            limit: Self.batch,
            perChannel: Self.perChannel,
            lease: timeout * Self.leaseRounds
        )
        let latest = asked + timeout * (Self.leaseRounds - 1)
        await withTaskGroup(of: Void.self) { group in
            var waiting = claims[...]
            for claim in waiting.prefix(Self.atATime) { group.addTask { await begin(claim, until: latest) } }
            waiting = waiting.dropFirst(Self.atATime)
            while await group.next() != nil {
                if let claim = waiting.popFirst() { group.addTask { await begin(claim, until: latest) } }
            }
        }
        return claims.count
    }

    /// Does a part of what comes before sending; where the database refuses it, what is there is sent all the same.
    private func prepare(_ step: () async throws -> Void) async throws {
        do {
            try await step()
        } catch let error as PostgresError where !error.isTransient && !error.isCancellation {
            logger.error("notifications: \(error)")
        }
    }

    /// Delivers what may still be begun; the rest is anybody's when its lease has run out.
    ///
    /// What has begun is ended and noted in a task out of reach of a stop, which waits for it: a message that was taken and not
    /// noted would be sent once more.
    private func begin(_ claim: ClaimedDelivery, until latest: ContinuousClock.Instant) async {
        guard !Task.isCancelled, ContinuousClock.now < latest else { return }
        await Task { await deliver(claim) }.value
    }

    private func deliver(_ claim: ClaimedDelivery) async {
        let outcome = await outcome(of: claim)
        do {
            // Where another has the claim by now, what it says counts.
            guard try await store.settle(claim, outcome) else { return }
        } catch {
            logger.warning("what became of a notification was not noted: \(error)", metadata: ["key": "\(claim.key)"])
            return
        }
        var metadata: Logger.Metadata = ["channel": "\(claim.channelName)", "key": "\(claim.key)"]
        switch outcome {
        case .delivered: Measure.count(MetricNames.notifications, [("outcome", "delivered")])
        case .failed(let reason, _, _):
            Measure.count(MetricNames.notifications, [("outcome", "failed")])
            metadata["attempt"] = "\(claim.attempt)"
            logger.info("notification not taken: \(reason)", metadata: metadata)
        case .dead(let reason):
            Measure.count(MetricNames.notifications, [("outcome", "dead")])
            logger.warning("notification given up: \(reason)", metadata: metadata)
        }
    }

    private func outcome(of claim: ClaimedDelivery) async -> DeliveryOutcome {
        let failure: DeliveryError
        do {
            try await sender.send(try claim.event, to: try sender.address(claim.sealed), failures: claim.failures)
            return .delivered
        } catch let error as DeliveryError {
            failure = error
        } catch {
            // Nobody cancels this task: whatever it is counts as a failure. Its words may hold the address.
            failure = DeliveryError("sending failed: \(type(of: error))")
        }
        if failure.isPermanent { return .dead(failure.reason) }
        if claim.failures + 1 >= policy.maxFailures {
            return .dead("not delivered in \(policy.maxFailures) tries: \(failure.reason)")
        }
        let jitter = Double.random(in: 0...1)
        return .failed(
            failure.reason,
            delay: policy.delay(failures: claim.failures, asked: failure.retryAfter, jitter: jitter),
            pause: policy.pause(failures: claim.channelFailures, asked: failure.retryAfter, jitter: jitter)
        )
    }
}
