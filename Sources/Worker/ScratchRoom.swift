import Store
import Synchronization

/// How long a worker is patient with a scratch disk that is full.
package struct ScratchPatience: Sendable {
    /// How long suspects are left to others after a layer found no room; a worker whose disk is full for so long gives up
    /// layers, where there are others.
    package var pause = Duration.seconds(15)
    /// How long a disk may be full, with no worker that has room all that time, before layers fail for it.
    package var bound = Duration.seconds(60)

    package init() {}
}

/// Whether this worker is short of room for temporary files, and what it leaves to others for that.
///
/// A layer that failed for want of room is worked on alone next, as others beside it may have filled the disk. While the disk
/// is full whatever runs on it, no layer is blamed. A worker that others can stand in for gives up layers until there is room
/// again; where nobody else has room for ``ScratchPatience/bound``, layers fail, each at its next try.
final class ScratchRoom: Sendable {
    /// Layers that find too little room within so long of each other are of one shortage.
    static let memory = Duration.seconds(120)

    private struct Shortage {
        let since: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        /// Whether there was no room for the smallest of temporary files when it was last looked at.
        var isFull: Bool
        /// Suspects are left to others until then.
        var waitsUntil: ContinuousClock.Instant
    }

    private struct State {
        var shortage: Shortage?
        /// Other workers that have room, as far as is known.
        var others = 0
        /// Since when there are none, where there were any: they may be back soon, as after an upgrade or a loss of Redis.
        var aloneSince: ContinuousClock.Instant?
    }

    private let patience: ScratchPatience
    private let state = Mutex(State())

    init(_ patience: ScratchPatience) { self.patience = patience }

    /// Notes that a layer has found no room; `isFull` where no temporary file whatever does.
    func miss(at now: ContinuousClock.Instant, isFull: Bool) {
        state.withLock { state in
            let known = state.shortage.flatMap { $0.isFull || now - $0.last < Self.memory ? $0 : nil }
            state.shortage = Shortage(
                since: known?.since ?? now,
                last: now,
                isFull: isFull,
                waitsUntil: now + patience.pause
            )
        }
    }

    /// Notes that there is room again.
    func found(at now: ContinuousClock.Instant) {
        state.withLock { state in
            state.shortage?.isFull = false
            state.shortage?.waitsUntil = now
        }
    }

    /// Notes how many other workers there are that have room, as far as is known.
    func note(others: Int, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            if others > 0 { state.aloneSince = nil } else if state.others > 0 { state.aloneSince = now }
            state.others = others
        }
    }

    /// Whether there was no room when it was last looked at.
    var isFull: Bool { state.withLock { $0.shortage?.isFull == true } }

    /// Whether this worker takes no layers, as others do them.
    func hasGivenUp(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { hasGivenUp($0.shortage, others: $0.others, at: now) }
    }

    /// Whether a task is left to others; folds need no room.
    func leaves(_ kind: TaskKind, isSuspect: Bool, at now: ContinuousClock.Instant) -> Bool {
        guard kind == .layer else { return false }
        return state.withLock { state in
            guard let shortage = state.shortage else { return false }
            if state.others == 0 {
                // Room may come back until the bound; behind it each is tried, with no pause from one to the next.
                guard isSuspect, !isPastBound(shortage, aloneSince: state.aloneSince, at: now) else { return false }
                return shortage.isFull || now < shortage.waitsUntil
            }
            return hasGivenUp(shortage, others: state.others, at: now) || isSuspect && now < shortage.waitsUntil
        }
    }

    /// Whether a layer that found no room, alone with its worker, is not to be had: nobody has had room for long enough.
    func isHopeless(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard let shortage = state.shortage else { return false }
            return state.others == 0 && isPastBound(shortage, aloneSince: state.aloneSince, at: now)
        }
    }

    /// Whether no worker has had room for as long as layers wait for it.
    private func isPastBound(
        _ shortage: Shortage,
        aloneSince: ContinuousClock.Instant?,
        at now: ContinuousClock.Instant
    ) -> Bool {
        now - max(shortage.since, aloneSince ?? shortage.since) >= patience.bound
    }

    private func hasGivenUp(_ shortage: Shortage?, others: Int, at now: ContinuousClock.Instant) -> Bool {
        guard let shortage, shortage.isFull, others > 0 else { return false }
        return now - shortage.since >= patience.pause
    }
}
