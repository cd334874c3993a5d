import Postgres

/// What came of the wish to end a run before its time.
package enum Cancellation: Sendable, Equatable {
    /// It is cancelled now: so many tasks left the queue, and so many of its images have no result.
    case cancelled(tasks: Int, images: Int)
    /// Somebody has cancelled it before.
    case already
    /// It had ended by itself, in this state.
    case ended(Run.State)
}

/// A cancelled run that leaves something to be done.
package struct CancelledRun: Sendable {
    package let id: Int
    /// Whether subscribers know of its end.
    package let isTold: Bool
}

extension Store {
    /// Why an image of a cancelled run has failed.
    static let cancelledReason = "the run was cancelled"

    /// How long a cancelled run is left to whoever cancelled it, who says what left the queue.
    private static let cancellerSeconds = 5.0

    /// Ends an open run before its time.
    ///
    /// What waits in the queue for this run alone leaves it; what a worker has in hand it finishes, and the result is kept.
    /// What stands in Redis of the tasks that are gone is dropped by the claim that finds none. Images without an outcome
    /// have failed. What else is to be done the leading coordinator finds in ``cancelledRuns()``.
    ///
    /// Throws ``StoreError/Code/notFound`` where there is no such run.
    package func cancel(run: Int) async throws -> Cancellation {
        // Said before the rest is done: nobody begins anything for the run from here on, and who is at it can be waited for.
        let before = try await pool.transaction(attempts: 5) { session -> Cancellation? in
            let cancelled = try session.execute(
                """
                UPDATE runs SET state = 'cancelled', finished_at = now(), is_told = false, in_hand = NULL,
                    advisory_state = (SELECT max(id) FROM advisory_states)
                WHERE id = $1 AND state NOT IN \(Run.State.finished)
                """,
                [.int(run)]
            ).affected
            guard cancelled == 0 else { return nil }
            guard let row = try session.execute("SELECT state FROM runs WHERE id = $1", [.int(run)]).first else {
                throw StoreError(.notFound, "there is no run \(run)")
            }
            let state = Run.State(rawValue: try row.string(0)) ?? .failed
            return state == .cancelled ? Cancellation.already : .ended(state)
        }
        if let before { return before }
        let cleared = try await clear(cancelled: run)
        return .cancelled(tasks: cleared.tasks, images: cleared.images)
    }

    /// The cancelled runs that leave something to be done, the oldest first: ``clear(cancelled:)``, a matching pass, and
    /// ``tell(cancelled:)``.
    package func cancelledRuns() async throws -> [CancelledRun] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT id, is_told FROM runs
                WHERE (NOT is_told OR in_hand IS NULL OR in_hand <> '{}')
                    AND (in_hand IS NOT NULL OR finished_at < now() - make_interval(secs => $1))
                ORDER BY id
                """,
                [.double(Self.cancellerSeconds)]
            ).map { CancelledRun(id: try $0.int(0), isTold: try $0.bool(1)) }
        }
    }

    /// Takes out of the queue what a cancelled run has left there, and ends its images.
    ///
    /// Returns how many tasks and images that were, and whether workers have nothing of the run in hand any more: what they
    /// give back is in the queue again, and leaves it the next time.
    package func clear(cancelled run: Int) async throws -> (tasks: Int, images: Int, isClear: Bool) {
        try await pool.transaction(attempts: 5) { session -> (tasks: Int, images: Int, isClear: Bool) in
            // Batches and passes that took the run while it was open are waited for, and this very clearing elsewhere.
            let row = try session.execute(
                """
                SELECT in_hand IS NULL, coalesce(in_hand, '{}') FROM runs WHERE id = $1 AND state = 'cancelled' FOR UPDATE
                """,
                [.int(run)]
            ).first
            guard let row else { return (0, 0, true) }
            let isFirst = try row.bool(0)
            let left =
                isFirst
                ? try session.execute(Self.unfinishedOfRun, [.int(run)]).map { try $0.int(0) } : try row.ints(1)
            guard isFirst || !left.isEmpty else { return (0, 0, true) }
            let queued = try session.execute(Self.lockQueued, [.intArray(left)]).map { try $0.int(0) }
            let tasks =
                queued.isEmpty ? 0 : try session.execute(Self.dropUnneeded, [.intArray(queued)]).affected
            let images =
                isFirst
                ? try session.execute(
                    "UPDATE run_images SET state = 'failed', reason = $2 WHERE run_id = $1 AND state = 'pending'",
                    [.int(run), .text(Self.cancelledReason)]
                ).affected : 0
            // What was locked and is still there, another run waits for. Both states are asked for at once, so that no task
            // is missed that goes from one into the other.
            let others = Set(queued)
            let unfinished = try session.execute(Self.unfinished, [.intArray(left)]).map { try $0.int(0) }
            let inHand = unfinished.filter { !others.contains($0) }
            // What has come in last is owed a matching pass until ``release(cancelled:)``.
            if isFirst || !inHand.isEmpty && inHand.count != left.count {
                _ = try session.execute("UPDATE runs SET in_hand = $2 WHERE id = $1", [.int(run), .intArray(inHand)])
            }
            return (tasks, images, inHand.isEmpty)
        }
    }

    /// Notes that what workers had in hand of a cancelled run has come in, and is matched.
    package func release(cancelled run: Int) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE runs SET in_hand = '{}'
                WHERE id = $1 AND state = 'cancelled' AND in_hand IS NOT NULL AND in_hand <> '{}'
                """,
                [.int(run)]
            )
        }
    }

    /// Tells of the end of a cancelled run, whose images count as analysed from here on that were so before it ended: what
    /// they hold must be matched.
    ///
    /// Returns whether it was told just now; whoever comes second tells nothing. Before the run is cleared nobody does.
    package func tell(cancelled run: Int) async throws -> Bool {
        try await pool.transaction(attempts: 5) { session in
            let isMine = try session.execute(
                """
                UPDATE runs SET is_told = true
                WHERE id = $1 AND state = 'cancelled' AND NOT is_told AND in_hand IS NOT NULL
                """,
                [.int(run)]
            ).affected
            guard isMine == 1 else { return false }
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            _ = try session.execute(Self.analysesOfRun, [.int(run)])
            _ = try session.execute(Self.eventsOfRun, [.int(run)])
            _ = try session.execute(Self.analysedBefore, [.int(run)])
            return true
        }
    }

    /// Subscribers are told of what was analysed; of images that nobody looked at, as the run `$1` was cancelled or failed,
    /// there is nothing to tell.
    static let analysedBefore = """
        WITH run_images AS NOT MATERIALIZED (
            SELECT * FROM run_images WHERE coalesce(reason, '') NOT IN \(reasonsOfRuns)
        )
        \(NotificationFacts.analysedImages)
        """

    /// The tasks of the run `$1` that wait or are worked on.
    private static let unfinishedOfRun = """
        WITH wanted AS (
            SELECT 'layer' AS kind, layer_id AS subject_id FROM run_layers WHERE run_id = $1 AND NOT is_reused
            UNION ALL
            SELECT DISTINCT 'inventory', manifest_id FROM run_images
            WHERE run_id = $1 AND state = 'pending' AND manifest_id IS NOT NULL
        )
        SELECT tasks.id FROM wanted JOIN tasks USING (kind, subject_id) WHERE tasks.state IN ('queued', 'leased')
        """

    /// Those of the tasks `$1` that wait or are worked on.
    private static let unfinished = """
        SELECT tasks.id FROM unnest($1::bigint[]) AS given(id) JOIN tasks USING (id)
        WHERE tasks.state IN ('queued', 'leased')
        """

    /// Those of the tasks `$1` that are queued, locked: a plan under way that counts on one has locked it, and is waited for;
    /// one that comes later finds it gone and makes another.
    private static let lockQueued = """
        SELECT tasks.id FROM unnest($1::bigint[]) AS given(id) JOIN tasks USING (id)
        WHERE tasks.state = 'queued' ORDER BY tasks.id FOR UPDATE OF tasks
        """

    /// Those of the tasks `$1` that no open run waits for: a statement of its own, which sees what the plans that were
    /// waited for have brought.
    private static let dropUnneeded = """
        WITH pending AS (
            SELECT DISTINCT run_images.manifest_id
            FROM runs JOIN run_images ON run_images.run_id = runs.id AND run_images.state = 'pending'
            WHERE runs.state IN ('listing', 'running') AND run_images.manifest_id IS NOT NULL
        ), needed AS (
            SELECT 'layer' AS kind, layer_id AS subject_id FROM pending JOIN manifest_layers USING (manifest_id)
            UNION ALL
            SELECT 'inventory', manifest_id FROM pending
        )
        DELETE FROM tasks USING unnest($1::bigint[]) AS waiting(id)
        WHERE tasks.id = waiting.id AND NOT EXISTS (
            SELECT FROM needed WHERE needed.kind = tasks.kind AND needed.subject_id = tasks.subject_id)
        """
}
