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

extension Store {
    /// Why an image of a cancelled run has failed.
    static let cancelledReason = "the run was cancelled"

    /// Ends an open run before its time.
    ///
    /// What waits in the queue for this run alone leaves it; what a worker has in hand it finishes, and the result is kept.
    /// What stands in Redis of the tasks that are gone is dropped by the claim that finds none. Images without an outcome
    /// have failed.
    ///
    /// Throws ``StoreError/Code/notFound`` where there is no such run.
    package func cancel(run: Int) async throws -> Cancellation {
        try await pool.transaction(attempts: 5) { session -> Cancellation in
            // Whoever lists or settles the run is waited for, and finds it cancelled then.
            guard
                let row = try session.execute(
                    "SELECT state FROM runs WHERE id = $1 FOR UPDATE",
                    [.int(run)]
                ).first
            else { throw StoreError(.notFound, "there is no run \(run)") }
            let state = Run.State(rawValue: try row.string(0)) ?? .failed
            guard !state.isFinished else { return state == .cancelled ? .already : .ended(state) }
            _ = try session.execute(
                """
                UPDATE runs SET state = 'cancelled', finished_at = now(),
                    advisory_state = (SELECT max(id) FROM advisory_states)
                WHERE id = $1
                """,
                [.int(run)]
            )
            let waiting = try session.execute(Self.lockWaiting, [.int(run)]).map { try $0.int(0) }
            let tasks = try session.execute(Self.dropUnneeded, [.intArray(waiting)]).affected
            // Subscribers are told of what was analysed; of images that nobody looked at there is nothing to tell.
            _ = try session.execute(Self.analysesOfRun, [.int(run)])
            _ = try session.execute(NotificationFacts.analysedImages, [.int(run)])
            let images = try session.execute(
                "UPDATE run_images SET state = 'failed', reason = $2 WHERE run_id = $1 AND state = 'pending'",
                [.int(run), .text(Self.cancelledReason)]
            ).affected
            _ = try session.execute(Self.eventsOfRun, [.int(run)])
            return .cancelled(tasks: tasks, images: images)
        }
    }

    /// The queued tasks of the run `$1`, locked: a plan under way that counts on one has locked it, and is waited for; one
    /// that comes later finds it gone and makes another.
    private static let lockWaiting = """
        WITH wanted AS (
            SELECT 'layer' AS kind, layer_id AS subject_id FROM run_layers WHERE run_id = $1 AND NOT is_reused
            UNION ALL
            SELECT DISTINCT 'inventory', manifest_id FROM run_images
            WHERE run_id = $1 AND state = 'pending' AND manifest_id IS NOT NULL
        )
        SELECT tasks.id FROM wanted JOIN tasks USING (kind, subject_id)
        WHERE tasks.state = 'queued' ORDER BY tasks.id FOR UPDATE OF tasks
        """

    /// Those of the tasks `$1` that no open run waits for: a statement of its own, which sees what the plans that were
    /// waited for have brought.
    private static let dropUnneeded = """
        WITH pending AS (
            SELECT DISTINCT run_images.manifest_id
            FROM runs JOIN run_images ON run_images.run_id = runs.id AND run_images.state = 'pending'
            WHERE runs.state = 'running' AND run_images.manifest_id IS NOT NULL
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
