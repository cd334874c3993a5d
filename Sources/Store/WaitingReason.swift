import JobLifecycle
import Reports

/// Says in words why something waits.
enum WaitingReason {
    /// The reason of a single task.
    static func text(_ blocker: WaitingImage.Blocker) -> String {
        let what = blocker.kind == .layer ? "layer \(blocker.digest)" : "the inventory"
        let failure = blocker.error.map { " after a failure (\($0))" } ?? ""
        let throttled = blocker.throttledUntil.map { "; \(blocker.registry) throttles until \($0)" } ?? ""
        switch blocker.state {
        case .leased:
            return "\(what) is leased by \(blocker.worker ?? "a worker"), attempt \(blocker.attempt), "
                + "since \(blocker.since)\(throttled)"
        case .dead: return "\(what) was set aside\(failure); the image is about to fail"
        case .queued, .done:
            if let time = blocker.retryAt {
                // What was put back without a failure found no room; where nothing throttles any more, it is not known which.
                let place = blocker.kind == .layer ? "\(blocker.registry) or the database" : "the database"
                let cause = throttled.isEmpty && failure.isEmpty ? ", as \(place) had no room for it" : throttled
                return "\(what) is tried again at \(time)\(failure)\(cause)"
            }
            if let time = blocker.throttledUntil {
                return "\(what) waits for \(blocker.registry), which throttles until \(time)"
            }
            guard blocker.isAnnounced else {
                return "\(what) is queued since \(blocker.since) and not yet announced to workers\(failure)"
            }
            let ahead = Figures.plural(blocker.behind ?? 0, "task")
            return "\(what) is queued behind \(ahead) since \(blocker.since)\(failure)"
        }
    }

    /// The reason of every image of a run that is being listed; `throttled` says until when which registry throttles.
    static func listing(named: Int, listed: Int, throttled: [String: String]) -> String {
        let progress =
            named > 0 ? ": \(Figures.count(listed)) of \(Figures.plural(named, "repository", "repositories"))" : ""
        let pauses = throttled.sorted { $0.key < $1.key }.map { "; \($0.key) throttles until \($0.value)" }.joined()
        return "the run is still being listed\(progress); images have their outcome after the last\(pauses)"
    }

    /// The reason of an image: what is farthest from its end explains it best.
    static func text(_ blockers: [WaitingImage.Blocker]) -> String {
        guard let worst = blockers.max(by: { rank($0) < rank($1) }) else {
            return "nothing blocks it any more; the coordinator takes it up in its next round"
        }
        let others = blockers.count - 1
        return others > 0 ? "\(worst.reason) (and \(others) more)" : worst.reason
    }

    private static func rank(_ blocker: WaitingImage.Blocker) -> (Int, Int) {
        switch blocker.state {
        case .dead: (4, 0)
        case .leased: (0, 0)
        case .queued, .done: (blocker.retryAt != nil ? 3 : blocker.throttledUntil != nil ? 2 : 1, blocker.behind ?? 0)
        }
    }
}
