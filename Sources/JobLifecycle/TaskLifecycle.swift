/// The life of one task: what may happen to it, and what follows.
///
/// Events in, actions out, with no clock, database or worker of its own. The statements of `Store` are this machine's
/// transitions written as SQL, with the old state in their `WHERE`; a test runs both on the same events.
///
/// Whoever works on a task holds an attempt, a number that rises with every claim and that each later event must carry.
/// A task fails by what it did itself (``Event/failed(attempt:isPermanent:)``) or by taking its worker away: when workers
/// die, whatever they held becomes a *suspect* and is worked on alone from then on; only a suspect that was alone with its
/// worker is blamed. So a poisonous layer convicts itself after a few deaths, and a layer that was merely near one, or near
/// somebody's `kill -9`, is never set aside for it. Both kinds of blame count against one budget.
package struct TaskLifecycle: Hashable, Sendable {
    package enum State: String, Sendable, Codable, CaseIterable {
        case queued, leased, done
        /// Set aside: nobody works on it until a run or an operator asks for it again.
        case dead
    }

    package enum Event: Hashable, Sendable {
        /// Redis, in the state that `epoch` names, was told of the task as it was with `attempt` attempts.
        case announced(attempt: Int, epoch: Int)
        /// Redis was found to have lost what it was told more than `patience` seconds ago.
        case forgotten(patience: Int)
        /// A worker whose analyses have `version` asks for the task, for so many seconds.
        case claimed(worker: String, version: Int, seconds: Int)
        /// The worker of a suspect does nothing else from now on.
        case secluded(attempt: Int)
        case renewed(attempt: Int, seconds: Int)
        /// The result is there to be stored.
        case merged(attempt: Int)
        case failed(attempt: Int, isPermanent: Bool)
        /// The worker stops, and has done nothing.
        case givenBack(attempt: Int)
        /// The attempt ended with no result for a reason that need not be the task's: the database went away.
        case lost(attempt: Int)
        /// A worker's process has ended; `isCrash` where nobody asked it to.
        case workerEnded(worker: String, isCrash: Bool)
        /// Somebody looks for leases that ran out.
        case leasesChecked
        /// A run needs the result of `version` and has none.
        case planned(version: Int)
        /// A run that was planned by another version of the program is taken over.
        case adopted(version: Int)
        /// An operator gives what was set aside another chance.
        case retried
    }

    /// What the sender of an event has to do.
    package enum Action: Hashable, Sendable {
        /// Nothing: the event came too late, or twice, or says nothing new.
        case ignore
        /// The event was taken in.
        case accept
        /// Work on the task; a suspect alone.
        case work(attempt: Int, isSuspect: Bool)
        /// Write the result, in the transaction that ends the task.
        case store
        /// The task waits in the queue again.
        case queue
        case setAside
    }

    package private(set) var state = State.queued
    /// How often it was claimed.
    package private(set) var attempt = 0
    /// How often it was blamed since it was last planned.
    package private(set) var failures = 0
    /// How often its worker was lost since it was last planned; above 0 it is a suspect.
    package private(set) var crashes = 0
    /// Whether its worker does nothing else.
    package private(set) var isAlone = false
    package private(set) var worker: String?
    package private(set) var leaseUntil: Int?
    /// No claim before this time.
    package private(set) var notBefore = Int.min
    /// The epoch of the Redis that knows of it, and since when.
    package private(set) var announcement: Announcement?
    /// The version that the result must have.
    package private(set) var version: Int

    package struct Announcement: Hashable, Sendable {
        package let epoch: Int
        package let at: Int
    }

    /// A task that was just planned.
    package init(version: Int) { self.version = version }

    /// Whether it is to be announced in the Redis of `epoch`.
    package func isUnannounced(in epoch: Int, at now: Int) -> Bool {
        state == .queued && notBefore <= now && announcement?.epoch != epoch
    }

    /// Takes in what happened at `now`, in seconds by the one clock that counts, the database's.
    package mutating func apply(_ event: Event, at now: Int) -> Action {
        switch event {
        case .announced(let attempt, let epoch):
            guard state == .queued, attempt == self.attempt else { return .ignore }
            announcement = Announcement(epoch: epoch, at: now)
            return .accept
        case .forgotten(let patience):
            guard state == .queued, let announcement, announcement.at < now - patience else { return .ignore }
            self.announcement = nil
            return .accept
        case .claimed(let worker, let version, let seconds):
            return claim(worker, version, until: now + seconds, at: now)
        case .secluded(let attempt):
            guard holds(attempt) else { return .ignore }
            isAlone = true
            return .accept
        case .renewed(let attempt, let seconds):
            guard holds(attempt) else { return .ignore }
            leaseUntil = now + seconds
            return .accept
        case .merged(let attempt):
            guard holds(attempt) else { return .ignore }
            (state, leaseUntil, isAlone) = (.done, nil, false)
            return .store
        case .failed(let attempt, let isPermanent):
            guard holds(attempt) else { return .ignore }
            return blame(isPermanent: isPermanent, at: now)
        case .givenBack(let attempt):
            guard holds(attempt) else { return .ignore }
            return enqueue()
        case .lost(let attempt):
            guard holds(attempt) else { return .ignore }
            return lose(at: now)
        case .workerEnded(let worker, let isCrash):
            guard state == .leased, self.worker == worker else { return .ignore }
            return isCrash ? lose(at: now) : enqueue()
        case .leasesChecked:
            guard state == .leased, let leaseUntil, leaseUntil < now else { return .ignore }
            return lose(at: now)
        case .planned(let version):
            guard state == .done || state == .dead || version != self.version else { return .ignore }
            return renew(version)
        case .adopted(let version):
            guard version != self.version else { return .ignore }
            return renew(version)
        case .retried:
            guard state == .dead else { return .ignore }
            return renew(version)
        }
    }

    private func holds(_ attempt: Int) -> Bool { state == .leased && self.attempt == attempt }

    private mutating func claim(_ worker: String, _ version: Int, until end: Int, at now: Int) -> Action {
        guard state == .queued, notBefore <= now else { return .ignore }
        guard version == self.version else {
            // Announced again, for a worker that can do it.
            announcement = nil
            return .ignore
        }
        (state, leaseUntil, self.worker) = (.leased, end, worker)
        attempt += 1
        return .work(attempt: attempt, isSuspect: crashes > 0)
    }

    /// The worker is gone, or its result is: nobody knows why, unless the task was alone with it.
    private mutating func lose(at now: Int) -> Action {
        crashes += 1
        return isAlone ? blame(isPermanent: false, at: now) : enqueue()
    }

    private mutating func blame(isPermanent: Bool, at now: Int) -> Action {
        failures += 1
        notBefore = now + TaskRules.pauseSeconds(afterFailure: failures)
        let action = enqueue()
        guard isPermanent || failures >= TaskRules.maxFailures else { return action }
        state = .dead
        return .setAside
    }

    private mutating func enqueue() -> Action {
        (state, worker, leaseUntil, isAlone, announcement) = (.queued, nil, nil, false, nil)
        return .queue
    }

    /// Everything is forgiven, and whoever still works on it comes too late.
    private mutating func renew(_ version: Int) -> Action {
        (failures, crashes, notBefore, self.version) = (0, 0, Int.min, version)
        return enqueue()
    }
}
