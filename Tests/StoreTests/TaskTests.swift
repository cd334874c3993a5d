import ScanModel
import Store
import Testing

@Suite("Tasks and their leases", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct TaskTests {
    /// A store with one queued layer task.
    private func withTask(_ body: (Store, Int) async throws -> Void) async throws {
        try await TestDatabase.with { store in
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await body(store, try #require(try await store.queued(.layer).first))
        }
    }

    @Test("Of many claims of one task exactly one wins")
    func oneClaimWins() async throws {
        try await withTask { store, task in
            let claims = try await withThrowingTaskGroup(of: Claim?.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        try await store.claim(task: task, worker: "w\(worker)", analysisVersion: "1", leaseSeconds: 60)
                    }
                }
                return try await group.reduce(into: [Claim]()) { if let claim = $1 { $0.append(claim) } }
            }
            #expect(claims.count == 1 && claims.first?.attempt == 1)
        }
    }

    @Test("A claim is prolonged as long as it holds, and only by its own attempt")
    func renewal() async throws {
        try await withTask { store, task in
            let first = try await store.claimed(task)
            let leases = "SELECT extract(epoch FROM lease_until - now())::int FROM tasks"
            #expect(try await store.renew([first], leaseSeconds: 5000) == [task])
            #expect(try #require(try await store.scalar(leases)) > 4000)
            try await store.release(first)
            #expect(try await store.renew([first], leaseSeconds: 60).isEmpty)
            let second = try await store.claimed(task)
            #expect(try await store.renew([first], leaseSeconds: 9000).isEmpty)
            #expect(try await store.renew([second], leaseSeconds: 60) == [task])
            #expect(try #require(try await store.scalar(leases)) <= 60)
        }
    }

    @Test("What an attempt has done is told from what it lost")
    func doneIsNotLost() async throws {
        try await withTask { store, task in
            let first = try await store.claimed(task)
            #expect(try await store.done([first]).isEmpty)
            try await store.release(first)
            let second = try await store.claimed(task)
            try await store.merge(try SampleFleet.analysedLayer(), of: second)
            #expect(try await store.renew([first, second], leaseSeconds: 60).isEmpty)
            #expect(try await store.done([first]).isEmpty)
            #expect(try await store.done([first, second]) == [task])
        }
    }

    @Test("Settling waits for no fold that is being claimed or merged, and asks nothing about packages")
    func settlingWaitsForNobody() async throws {
        try await TestDatabase.with { store in
            let images = try (0..<3).map { try SampleFleet.image("app", "\($0)", layers: ["layer-\($0)"]) }
            let run = try await store.plan(images)
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            let folds = try await store.queued(.inventory)
            #expect(try await store.texts("SELECT DISTINCT kind FROM tasks WHERE shard < 4") == ["layer"])
            #expect(try await store.texts("SELECT DISTINCT kind FROM tasks WHERE shard >= 4") == ["inventory"])
            let done = try #require(folds.first)
            try await store.merge(SampleFleet.inventory([("a", "1")]), of: try await store.claimed(done))
            let tasks = "SELECT FROM tasks WHERE kind = 'inventory' FOR UPDATE"
            try await TestDatabase.whileLocked(by: tasks, store) { impatient in
                let pending = try await impatient.settle(run)
                #expect(pending == 2)
            }
            let content = "LOCK TABLE packages, package_sets, image_sets IN ACCESS EXCLUSIVE MODE"
            try await TestDatabase.whileLocked(by: content, store) { impatient in
                let pending = try await impatient.settle(run)
                #expect(pending == 2)
            }
        }
    }

    @Test("A claim given back counts as no failure and can be taken at once")
    func release() async throws {
        try await withTask { store, task in
            for _ in 0..<(Store.maxFailures * 2) { try await store.release(try await store.claimed(task)) }
            #expect(try await store.scalar("SELECT failures FROM tasks") == 0)
            #expect(try await store.taskState(task) == "queued")
        }
    }

    @Test("A failed task waits before its next try and keeps its reason")
    func failure() async throws {
        try await withTask { store, task in
            try await store.fail(try await store.claimed(task), reason: "no route", isPermanent: false)
            #expect(
                try await store.claim(task: task, worker: "w", analysisVersion: "1", leaseSeconds: 60)?.attempt == nil
            )
            #expect(try await store.queued(.layer).isEmpty)
            #expect(try await store.texts("SELECT error FROM tasks") == ["no route"])
            try await store.letTimePass(task: task)
            #expect(try await store.queued(.layer) == [task])
        }
    }

    @Test("A permanent failure sets a task aside at once")
    func permanent() async throws {
        try await withTask { store, task in
            try await store.fail(try await store.claimed(task), reason: "no tar", isPermanent: true)
            #expect(try await store.taskState(task) == "dead")
            #expect(
                try await store.claim(task: task, worker: "w", analysisVersion: "1", leaseSeconds: 60)?.attempt == nil
            )
            #expect(try await store.retryDead() == 1)
            #expect(try await store.queued(.layer) == [task])
            #expect(try await store.scalar("SELECT failures FROM tasks") == 0)
        }
    }

    @Test("Only leases that ran out are taken back")
    func expiry() async throws {
        try await withTask { store, task in
            let claim = try await store.claimed(task)
            #expect(try await store.expireLeases() == 0)
            try await store.letTimePass(task: task)
            #expect(try await store.expireLeases() == 1)
            #expect(try await store.taskState(task) == "queued")
            #expect(try await store.renew([claim], leaseSeconds: 60).isEmpty)
        }
    }

    @Test(
        "Whatever ends the attempts, a task is set aside after as many as may fail",
        arguments: [[true], [false], [true, false], [false, true, true]]
    )
    func cap(kinds: [Bool]) async throws {
        try await withTask { store, task in
            for attempt in 0..<Store.maxFailures {
                #expect(try await store.taskState(task) == "queued")
                let claim = try await store.claimed(task)
                try await store.seclude(claim)
                if kinds[attempt % kinds.count] {
                    try await store.fail(claim, reason: "broken", isPermanent: false)
                } else {
                    try await store.letTimePass(task: task)
                    #expect(try await store.expireLeases() == 1)
                }
                // What a stopped worker gives back between two failures forgives none of them.
                try await store.letTimePass(task: task)
                if let claim = try await store.claim(task: task, worker: "w", analysisVersion: "1", leaseSeconds: 60) {
                    try await store.release(claim)
                }
            }
            #expect(try await store.taskState(task) == "dead")
            #expect(try await store.scalar("SELECT failures FROM tasks") == Store.maxFailures)
        }
    }

    @Test("What Redis was told counts only for the data it was told in")
    func dispatch() async throws {
        try await withTask { store, task in
            try await store.markDispatched(try await store.undispatched(epoch: "one", limit: 10), epoch: "one")
            #expect(try await store.undispatched(epoch: "one", limit: 10).isEmpty)
            let again = try await store.undispatched(epoch: "two", limit: 10)
            #expect(again.map(\.id) == [task])
            let place = try #require(again.first)
            #expect(try await store.forgetDispatch(shard: place.shard, priority: 1, olderThanSeconds: 60) == 0)
            try await store.execute("UPDATE tasks SET dispatched_at = now() - interval '2 minutes'")
            #expect(try await store.forgetDispatch(shard: place.shard, priority: 0, olderThanSeconds: 60) == 0)
            #expect(try await store.forgetDispatch(shard: place.shard, priority: 1, olderThanSeconds: 60) == 1)
            #expect(try await store.undispatched(epoch: "one", limit: 10).map(\.id) == [task])
        }
    }
}
