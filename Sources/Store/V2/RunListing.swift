package import FleetAPI
import Postgres
import Reports

extension Store {
    /// Runs that may wait at a time.
    package static let maxWaitingRuns = 1000

    /// Runs, the newest first; `state` and `origin` leave out the others.
    package func runs(state: String?, origin: String?, _ page: PageRequest) async throws -> Page<APIRun> {
        let below = try page.number(0, otherwise: .max)
        let rows = try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.listedRunColumns) FROM runs
                WHERE id < $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR origin = $3)
                ORDER BY id DESC LIMIT $4
                """,
                [.int(below), .text(state), .text(origin), .int(page.limit + 1)]
            ).map(Self.listedRun)
        }
        return Page(rows, limit: page.limit) { ["\($0.number)"] }
    }

    /// A run; `nil` where there is none of that number.
    package func listedRun(_ number: Int) async throws -> APIRun? {
        try await pool.run { session in
            try session.execute("SELECT \(Self.listedRunColumns) FROM runs WHERE id = $1", [.int(number)]).first
                .map(Self.listedRun)
        }
    }

    /// How many runs nobody has taken up.
    package func waitingRuns() async throws -> Int {
        try await pool.run { try $0.count("SELECT count(*) FROM runs WHERE state = 'requested'") }
    }

    /// A run with what became of its images; `nil` where there is none of that number.
    package func runDetail(_ number: Int) async throws -> APIRunDetail? {
        guard let run = try await listedRun(number) else { return nil }
        let status = try await status(run: number)
        let summary = try await summary(run: number)
        let problems = try await pool.run {
            try $0.count("SELECT count(*) FROM run_problems WHERE run_id = $1", [.int(number)])
        }
        return APIRunDetail(
            run: run,
            pending: status.pending,
            images: summary.images,
            layers: summary.layers,
            bytes: summary.bytes,
            seconds: summary.seconds,
            etaSeconds: try await progress(status)?.etaSeconds,
            problems: problems
        )
    }

    static let listedRunColumns = """
        id, state, origin, targets, platform, priority, \(AnchoreSQL.time("requested_at")),
            \(AnchoreSQL.time("started_at")), \(AnchoreSQL.time("finished_at")), reason
        """

    static func listedRun(_ row: PostgresRow) throws -> APIRun {
        let platform = try row.string(4)
        return APIRun(
            number: try row.int(0),
            state: try row.string(1),
            origin: try row.string(2),
            targets: try row.strings(3),
            platform: platform.isEmpty ? nil : platform,
            isInteractive: try row.int(5) == 0,
            requestedAt: try row.string(6),
            startedAt: try row.optionalString(7),
            finishedAt: try row.optionalString(8),
            reason: try row.optionalString(9)
        )
    }

    /// The images of a run in some states, or in any, by repository and tag.
    package func images(run: Int, states: [String]?, _ page: PageRequest) async throws -> Page<APIRunImage> {
        let repository = try page.number(0, otherwise: 0)
        let tag = try page.text(1, otherwise: "")
        let rows = try await pool.run { session in
            try session.execute(
                Self.imagesOfRun,
                [
                    .int(run), .int(repository), .text(tag), states.map { .textArray($0) } ?? .null,
                    .int(page.limit + 1),
                ]
            ).map { row in
                APIRunImage(
                    reference: try row.string(0),
                    digest: try row.optionalString(1),
                    image: try row.optionalString(2),
                    state: try row.string(3),
                    reason: try row.optionalString(4),
                    key: ["\(try row.int(5))", try row.string(6)]
                )
            }
        }
        return Page(rows, limit: page.limit, key: \.key)
    }

    /// In the order of the table's own key, so that a page costs the same wherever it is.
    private static let imagesOfRun = """
        SELECT registries.host || '/' || repositories.name
                || CASE WHEN run_images.tag LIKE 'sha256:%' THEN '@' ELSE ':' END || run_images.tag,
            run_images.digest, manifests.digest, run_images.state, run_images.reason, run_images.repository_id,
            run_images.tag
        FROM run_images JOIN repositories ON repositories.id = run_images.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            LEFT JOIN manifests ON manifests.id = run_images.manifest_id
        WHERE run_images.run_id = $1 AND (run_images.repository_id, run_images.tag) > ($2::bigint, $3::text)
            AND ($4::text[] IS NULL OR run_images.state = ANY($4))
        ORDER BY run_images.repository_id, run_images.tag LIMIT $5
        """

    /// What could not be listed in a run, by target.
    package func problems(run: Int, _ page: PageRequest) async throws -> Page<APIRunProblem> {
        let after = try page.text(0, otherwise: "")
        let rows = try await pool.run { session in
            try session.execute(
                """
                SELECT target, reason FROM run_problems WHERE run_id = $1 AND target > $2
                ORDER BY target LIMIT $3
                """,
                [.int(run), .text(after), .int(page.limit + 1)]
            ).map { APIRunProblem(target: try $0.string(0), reason: try $0.string(1)) }
        }
        return Page(rows, limit: page.limit) { [$0.target] }
    }
}
