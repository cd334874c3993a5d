import Postgres

/// A question about a small part of a large fleet.
///
/// The planner cannot know in how many sets a package is and takes half a percent of all, so that it would read whole
/// tables (2 s in a fleet of 100,000 images) where a few hundred rows are found by their keys (25 ms).
enum NarrowQuestion {
    /// Has the rest of the transaction go from key to key.
    static func begin(_ session: PostgresSession) throws {
        try session.script(
            """
            SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off;
            SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL plan_cache_mode = force_generic_plan
            """
        )
    }
}
