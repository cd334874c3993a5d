import JobLifecycle
import Postgres
import ScanModel
import TallymanTesting
import Testing

@testable import Store

/// The statements of the store and the pure rules, taken through the same events by a clock that stands still.
@Suite("Tasks in PostgreSQL", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct LifecycleTests {
    private static let layers = ["a", "b", "c", "d", "e", "f"]

    @Test("go the way of the rules, whatever happens to them", arguments: 0..<12 as Range<UInt64>)
    func equalsRules(seed: UInt64) async throws {
        var fleet = FleetSimulation(seed: seed, tasks: Self.layers.count, poisonous: seed % 3 == 0 ? [1] : [])
        fleet.runChaos(events: 250)
        _ = fleet.runQuietly(rounds: 40)
        try await TestDatabase.withEmpty { store in
            try await store.script(Self.clock)
            _ = try await Migrations.apply(on: store.pool)
            let replay = try await Replay(store, layers: Self.layers)
            for (index, step) in fleet.steps.enumerated() {
                try await store.execute(
                    "UPDATE clock.present SET at = '2000-01-01'::timestamptz + interval '\(step.now) s'"
                )
                let isHere = try await replay.send(step, isFirst: step.task == 0)
                let isSame = isHere == nil || isHere == step.action
                #expect(isSame, "step \(index), task \(step.task): \(step.event) gives \(String(describing: isHere))")
                guard !step.event.isForAll || step.task == Self.layers.count - 1 else { continue }
                let rows = try await replay.rows()
                // What an event for all tasks did to the others is in the steps before this one.
                let expected = fleet.row(of: step.task, after: index)
                let isEqual = rows[step.task] == expected
                #expect(isEqual, "step \(index): after \(step.event) \(rows[step.task]) is not \(expected)")
                guard isSame, isEqual else { return }
            }
            let rows = try await replay.rows()
            for (task, row) in rows.enumerated() { #expect(row == fleet.tasks[task].row) }
        }
    }

    /// A `now()` that says what it is told, found before PostgreSQL's own.
    private static let clock = """
        CREATE SCHEMA clock;
        CREATE TABLE clock.present (at timestamptz NOT NULL);
        INSERT INTO clock.present VALUES ('2000-01-01');
        CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.present';
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET search_path = clock, pg_catalog', current_database());
        END $$;
        SET search_path = clock, pg_catalog;
        """
}

/// Does to the store what a simulation's steps say.
private struct Replay {
    let store: Store
    private let tasks: [Int]
    private let subjects: [Int]
    private let image: FoundImage

    init(_ store: Store, layers: [String]) async throws {
        self.store = store
        image = try SampleFleet.image("app", "1", layers: layers)
        _ = try await store.plan([image])
        let numbers = try await store.texts(
            "SELECT tasks.id || ' ' || subject_id FROM tasks JOIN layers ON layers.id = subject_id ORDER BY digest"
        ).map { $0.split(separator: " ").compactMap { Int($0) } }
        tasks = numbers.map { $0[0] }
        subjects = numbers.map { $0[1] }
    }

    /// Returns what the store made of it, or `nil` where only the row tells.
    func send(_ step: FleetSimulation.Step, isFirst: Bool) async throws -> TaskLifecycle.Action? {
        guard isFirst || !step.event.isForAll else { return nil }
        func claim(_ attempt: Int) -> Claim {
            Claim(
                task: tasks[step.task],
                kind: .layer,
                subject: subjects[step.task],
                attempt: attempt,
                analysisVersion: "\(step.before.version)",
                isSuspect: false
            )
        }
        switch step.event {
        case .announced(let attempt, let epoch):
            let told = QueuedTask(id: tasks[step.task], kind: .layer, shard: 0, priority: 1, attempt: attempt)
            try await store.markDispatched([told], epoch: "\(epoch)")
        case .forgotten(let patience):
            for shard in 0..<4 {
                _ = try await store.forgetDispatch(shard: shard, priority: 1, olderThanSeconds: patience)
            }
        case .claimed(let worker, let version, let seconds):
            let claim = try await store.claim(
                task: tasks[step.task],
                worker: worker,
                analysisVersion: "\(version)",
                leaseSeconds: seconds
            )
            return claim.map { .work(attempt: $0.attempt, isSuspect: $0.isSuspect) } ?? .ignore
        case .secluded(let attempt):
            return try await taken { try await store.seclude(claim(attempt)) } ? .accept : .ignore
        case .renewed(let attempt, let seconds):
            return try await store.renew([claim(attempt)], leaseSeconds: seconds).isEmpty ? .ignore : .accept
        case .merged(let attempt):
            let layer = try SampleFleet.analysedLayer()
            return try await taken { try await store.merge(layer, of: claim(attempt)) } ? .store : .ignore
        case .failed(let attempt, let isPermanent):
            try await store.fail(claim(attempt), reason: "broken", isPermanent: isPermanent)
        case .givenBack(let attempt): try await store.release(claim(attempt))
        case .lost(let attempt): try await store.lose(claim(attempt), reason: "lost")
        case .workerEnded(let worker, let isCrash): _ = try await store.takeBack(worker: worker, isCrash: isCrash)
        case .leasesChecked: _ = try await store.expireLeases()
        case .planned(let version):
            // "And has none": a report would be reused.
            try await store.execute("DELETE FROM layer_reports")
            _ = try await store.plan([image], version: "\(version)")
        case .adopted(let version):
            let run = try #require(try await store.run(nil))
            try await store.adopt(run, analysisVersion: "\(version)", shards: 4)
        case .retried: _ = try await store.retryDead()
        }
        return nil
    }

    func rows() async throws -> [String] {
        try await store.texts(
            """
            SELECT concat_ws(' ', state, attempt, failures, crashes, is_alone, coalesce(worker, '-'),
                coalesce(extract(epoch FROM lease_until - '2000-01-01'::timestamptz)::bigint::text, '-'),
                CASE WHEN isfinite(not_before)
                    THEN extract(epoch FROM not_before - '2000-01-01'::timestamptz)::bigint::text ELSE '-' END,
                coalesce(dispatched_epoch || '@'
                    || extract(epoch FROM dispatched_at - '2000-01-01'::timestamptz)::bigint, '-'), analysis_version)
            FROM tasks JOIN layers ON layers.id = subject_id ORDER BY digest
            """
        )
    }

    /// Whether a call was not refused for a lost claim.
    private func taken(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch let error as StoreError where error.code == .superseded {
            return false
        }
    }
}

extension FleetSimulation {
    /// The row of a task as the last step about it, up to `index`, left it.
    fileprivate func row(of task: Int, after index: Int) -> String {
        steps[...index].last { $0.task == task }?.after.row ?? ""
    }
}

extension TaskLifecycle {
    fileprivate var row: String {
        [
            state.rawValue, "\(attempt)", "\(failures)", "\(crashes)", isAlone ? "t" : "f", worker ?? "-",
            leaseUntil.map { "\($0)" } ?? "-", notBefore == .min ? "-" : "\(notBefore)",
            announcement.map { "\($0.epoch)@\($0.at)" } ?? "-", "\(version)",
        ].joined(separator: " ")
    }
}

extension TaskLifecycle.Event {
    /// Whether the store does it to all tasks at once.
    fileprivate var isForAll: Bool {
        switch self {
        case .forgotten, .workerEnded, .leasesChecked, .planned, .adopted, .retried: true
        case .announced, .claimed, .secluded, .renewed, .merged, .failed, .givenBack, .lost: false
        }
    }
}

extension Store {
    fileprivate func script(_ sql: String) async throws { try await pool.run { try $0.script(sql) } }
}
