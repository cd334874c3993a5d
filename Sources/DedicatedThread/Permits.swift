import Synchronization

/// A fixed number of permits handed out first come, first served.
///
/// Waiting suspends the task and holds no thread. A waiter leaves the queue at once when its task is cancelled or its
/// time is up, and never takes a permit with it.
package final class Permits: Sendable {
    /// Why a permit was not given.
    package enum Refusal: Error {
        /// The task was cancelled while it waited.
        case cancelled
        /// The wait took longer than the caller allowed.
        case timedOut
        /// The permits were closed.
        case closed
    }

    private typealias Waiter = CheckedContinuation<Refusal?, Never>

    private struct State {
        var available: Int
        var isClosed = false
        var nextTicket: UInt64 = 0
        var order: [UInt64] = []
        var waiters: [UInt64: Waiter] = [:]
        /// Tickets whose time was up before their task began to wait.
        var expired: Set<UInt64> = []

        mutating func remove(_ ticket: UInt64) -> Waiter? {
            guard let waiter = waiters.removeValue(forKey: ticket) else { return nil }
            order.removeAll { $0 == ticket }
            return waiter
        }
    }

    private let state: Mutex<State>

    /// Whether one would have to wait for a permit.
    package var isExhausted: Bool { state.withLock { $0.available == 0 } }

    /// Makes `count` permits, at least one.
    package init(count: Int) {
        state = Mutex(State(available: max(1, count)))
    }

    /// How many tasks wait for a permit now.
    package var waiting: Int {
        state.withLock { $0.waiters.count }
    }

    /// Takes a permit, waiting for one where all are out; pair it with `release()`.
    ///
    /// - Parameter timeout: how long to wait at most; nil waits until cancelled.
    /// - Throws: `Refusal`; no permit is then held.
    package func acquire(timeout: Duration? = nil) async throws(Refusal) {
        if Task.isCancelled { throw .cancelled }
        let ticket: UInt64? = try state.withLock { state throws(Refusal) in
            if state.isClosed { throw .closed }
            if state.available > 0 {
                state.available -= 1
                return nil
            }
            state.nextTicket &+= 1
            return state.nextTicket
        }
        guard let ticket else { return }
        let refusal: Refusal?
        if let timeout {
            refusal = await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Cancelled as soon as the wait is over, whatever its outcome.
                    guard (try? await Task.sleep(for: timeout)) != nil else { return }
                    self.expire(ticket)
                }
                let refusal = await self.wait(ticket)
                group.cancelAll()
                await group.waitForAll()
                self.state.withLock { _ = $0.expired.remove(ticket) }
                return refusal
            }
        } else {
            refusal = await wait(ticket)
        }
        if let refusal { throw refusal }
    }

    /// Takes a permit where one is free, without waiting; pair it with `release()` where it returns `true`.
    package func acquireIfFree() -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.available > 0 else { return false }
            state.available -= 1
            return true
        }
    }

    /// Gives a permit back, to the task that has waited longest if there is one.
    package func release() {
        let next: Waiter? = state.withLock { state in
            guard let ticket = state.order.first, let waiter = state.remove(ticket) else {
                state.available += 1
                return nil
            }
            return waiter
        }
        next?.resume(returning: nil)
    }

    /// Refuses everyone who waits now or asks later; permits that are out stay out until released.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            let waiters = state.waiters.values
            state.waiters = [:]
            state.order = []
            return Array(waiters)
        }
        for waiter in waiters { waiter.resume(returning: .closed) }
    }

    private func wait(_ ticket: UInt64) async -> Refusal? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let outcome: Refusal?? = state.withLock { state in
                    if state.isClosed { return .some(.closed) }
                    // The flag is set before the handler below runs, and the handler takes this lock: either the
                    // flag is seen here or the handler finds the waiter.
                    if Task.isCancelled { return .some(.cancelled) }
                    if state.expired.contains(ticket) { return .some(.timedOut) }
                    if state.available > 0 {
                        state.available -= 1
                        return .some(nil)
                    }
                    state.waiters[ticket] = continuation
                    state.order.append(ticket)
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            refuse(ticket, .cancelled)
        }
    }

    private func refuse(_ ticket: UInt64, _ refusal: Refusal) {
        let waiter = state.withLock { $0.remove(ticket) }
        waiter?.resume(returning: refusal)
    }

    private func expire(_ ticket: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            if let waiter = state.remove(ticket) { return waiter }
            state.expired.insert(ticket)
            return nil
        }
        waiter?.resume(returning: .timedOut)
    }
}
