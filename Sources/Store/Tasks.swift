import JobLifecycle
import Postgres
package import ScanModel

/// What a worker is asked to do.
package enum TaskKind: String, Sendable, Codable { case layer, inventory }

/// A task that waits to be announced in Redis.
package struct QueuedTask: Sendable {
    package var id: Int
    package var kind: TaskKind
    package var shard: Int
    package var priority: Int
    /// How often it was claimed when it was read.
    package var attempt: Int
}

/// A task that this worker holds, until its lease ends.
package struct Claim: Sendable {
    package var task: Int
    package var kind: TaskKind
    package var subject: Int
    /// The token that every change of the task's result must carry.
    package var attempt: Int
    package var analysisVersion: String
    /// Whether a worker was lost with it before: it is to be worked on alone.
    package var isSuspect: Bool
}

/// Where to fetch a layer's blob.
package struct LayerSource: Sendable {
    package var layer: Int
    package var digest: Digest
    package var size: Int64
    package var registry: String
    package var repository: String
}

// The statements on tasks, here and in the files about endings, announcements, plans and merges, are the transitions of
// `TaskLifecycle` (JobLifecycle), with the state that each starts from in its WHERE. All times are the database's.
extension Store {
    /// How often a task may be blamed before it is set aside.
    package static let maxFailures = TaskRules.maxFailures

    /// Takes a queued task; `nil` where another has it, it is finished, or it waits.
    ///
    /// One that asks for another version of the analysis than the worker's is left alone too, and announced again.
    package func claim(
        task: Int,
        worker: String,
        analysisVersion: String,
        leaseSeconds: Int
    ) async throws -> Claim? {
        try await pool.run { session in
            let row = try session.execute(
                """
                UPDATE tasks SET state = 'leased', attempt = attempt + 1, worker = $2,
                    lease_until = now() + make_interval(secs => $3)
                WHERE id = $1 AND not_before <= now() AND state = 'queued' AND analysis_version = $4
                RETURNING kind, subject_id, attempt, crashes > 0
                """,
                [.int(task), .text(worker), .double(Double(leaseSeconds)), .text(analysisVersion)]
            ).first
            guard let row else {
                _ = try session.execute(
                    """
                    UPDATE tasks SET dispatched_epoch = NULL
                    WHERE id = $1 AND not_before <= now() AND state = 'queued' AND analysis_version <> $2
                    """,
                    [.int(task), .text(analysisVersion)]
                )
                return nil
            }
            guard let kind = TaskKind(rawValue: try row.string(0)) else { return nil }
            return Claim(
                task: task,
                kind: kind,
                subject: try row.int(1),
                attempt: try row.int(2),
                analysisVersion: analysisVersion,
                isSuspect: try row.bool(3)
            )
        }
    }

    /// Notes that the worker of a suspect does nothing else from now on; throws ``StoreError/Code/superseded`` where the
    /// claim was lost.
    package func seclude(_ claim: Claim) async throws {
        let isHeld = try await pool.run { session in
            try session.execute(
                "UPDATE tasks SET is_alone = true WHERE id = $1 AND attempt = $2 AND state = 'leased'",
                [.int(claim.task), .int(claim.attempt)]
            ).affected == 1
        }
        guard isHeld else { throw Self.superseded(claim) }
    }

    /// Prolongs leases; returns the tasks that are still this worker's.
    package func renew(_ claims: [Claim], leaseSeconds: Int) async throws -> Set<Int> {
        guard !claims.isEmpty else { return [] }
        let sorted = claims.sorted { $0.task < $1.task }
        return try await pool.run { session in
            Set(
                try session.execute(
                    """
                    UPDATE tasks SET lease_until = now() + make_interval(secs => $3)
                    FROM unnest($1::bigint[], $2::bigint[]) AS held(id, attempt)
                    WHERE tasks.id = held.id AND tasks.attempt = held.attempt AND tasks.state = 'leased'
                    RETURNING tasks.id
                    """,
                    [
                        .intArray(sorted.map(\.task)), .intArray(sorted.map(\.attempt)), .double(Double(leaseSeconds)),
                    ]
                ).map { try $0.int(0) }
            )
        }
    }

    /// The tasks that these very attempts have done: they hold no lease any more, and have lost none.
    package func done(_ claims: [Claim]) async throws -> Set<Int> {
        try await pool.run { session in
            Set(
                try session.execute(
                    """
                    SELECT tasks.id FROM tasks JOIN unnest($1::bigint[], $2::bigint[]) AS held(id, attempt) USING (id, attempt)
                    WHERE tasks.state = 'done'
                    """,
                    [.intArray(claims.map(\.task)), .intArray(claims.map(\.attempt))]
                ).map { try $0.int(0) }
            )
        }
    }

    /// Where a layer is to be had, by its number; throws ``StoreError/Code/notFound`` where it is known no more.
    package func layerSource(_ layer: Int) async throws -> LayerSource {
        try await pool.run { session in
            guard
                let row = try session.execute(
                    """
                    SELECT layers.digest, layers.size, registries.host, repositories.name
                    FROM layers JOIN repositories ON repositories.id = layers.repository_id
                        JOIN registries ON registries.id = repositories.registry_id
                    WHERE layers.id = $1
                    """,
                    [.int(layer)]
                ).first, let digest = Digest(try row.string(0))
            else { throw StoreError(.notFound, "there is no layer \(layer)") }
            return LayerSource(
                layer: layer,
                digest: digest,
                size: Int64(try row.int(1)),
                registry: try row.string(2),
                repository: try row.string(3)
            )
        }
    }
}
