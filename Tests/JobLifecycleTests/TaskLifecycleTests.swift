import JobLifecycle
import Testing

@Suite("The life of a task")
struct TaskLifecycleTests {
    /// A task that was claimed, alone or not.
    private func claimed(afterCrash: Bool = false) -> (TaskLifecycle, attempt: Int) {
        var task = TaskLifecycle(version: 1)
        if afterCrash {
            _ = task.apply(.claimed(worker: "first", version: 1, seconds: 15), at: 0)
            _ = task.apply(.workerEnded(worker: "first", isCrash: true), at: 0)
        }
        _ = task.apply(.claimed(worker: "w", version: 1, seconds: 15), at: 0)
        if afterCrash { _ = task.apply(.secluded(attempt: 2), at: 0) }
        return (task, task.attempt)
    }

    @Test("A result counts once, and only from the attempt that holds the task")
    func fencing() {
        var (task, late) = claimed()
        #expect(task.apply(.leasesChecked, at: 15) == .ignore)
        #expect(task.apply(.leasesChecked, at: 16) == .queue)
        #expect(task.apply(.merged(attempt: late), at: 16) == .ignore)
        #expect(
            task.apply(.claimed(worker: "next", version: 1, seconds: 15), at: 16) == .work(attempt: 2, isSuspect: true)
        )
        for event: TaskLifecycle.Event in [
            .merged(attempt: late), .failed(attempt: late, isPermanent: true), .givenBack(attempt: late),
            .lost(attempt: late), .renewed(attempt: late, seconds: 99), .secluded(attempt: late),
            .workerEnded(worker: "w", isCrash: true),
        ] {
            let before = task
            #expect(task.apply(event, at: 17) == .ignore)
            #expect(task == before)
        }
        #expect(task.apply(.merged(attempt: 2), at: 17) == .store)
        #expect(task.apply(.merged(attempt: 2), at: 17) == .ignore)
        #expect(task.apply(.planned(version: 1), at: 17) == .queue)
        #expect(task.apply(.merged(attempt: 2), at: 17) == .ignore)
    }

    @Test("A worker's death makes a suspect of what it held, and blames only what was alone with it")
    func suspicion() {
        var (task, attempt) = claimed()
        for _ in 0..<20 {
            #expect(task.apply(.lost(attempt: attempt), at: 0) == .queue)
            #expect(task.failures == 0)
            guard case .work(let next, let isSuspect) = task.apply(.claimed(worker: "w", version: 1, seconds: 9), at: 0)
            else { return #expect(Bool(false), "an unblamed task waits for nothing") }
            #expect(isSuspect)
            attempt = next
        }
        #expect(task.apply(.secluded(attempt: attempt), at: 0) == .accept)
        #expect(task.apply(.workerEnded(worker: "w", isCrash: true), at: 0) == .queue)
        #expect(task.failures == 1 && task.crashes == 21 && !task.isAlone)
        #expect(task.apply(.claimed(worker: "w", version: 1, seconds: 9), at: 0) == .ignore)
        #expect(task.apply(.claimed(worker: "w", version: 1, seconds: 9), at: 1) != .ignore)
    }

    @Test("A worker that was asked to stop leaves no suspects")
    func cleanEnd() {
        var (task, _) = claimed()
        #expect(task.apply(.workerEnded(worker: "another", isCrash: true), at: 0) == .ignore)
        #expect(task.apply(.workerEnded(worker: "w", isCrash: false), at: 0) == .queue)
        #expect(task.crashes == 0 && task.failures == 0)
    }

    @Test("However failures and lonely deaths alternate, one budget holds them", arguments: 0..<16)
    func oneBudget(pattern: Int) {
        var (task, _) = claimed(afterCrash: true)
        for step in 0..<TaskRules.maxFailures {
            let isDeath = pattern >> step & 1 == 1
            let event: TaskLifecycle.Event =
                isDeath ? .lost(attempt: task.attempt) : .failed(attempt: task.attempt, isPermanent: false)
            let isLast = step == TaskRules.maxFailures - 1
            #expect(task.apply(event, at: step * 1000) == (isLast ? .setAside : .queue))
            guard !isLast else { break }
            _ = task.apply(.claimed(worker: "w", version: 1, seconds: 9), at: step * 1000 + 999)
            _ = task.apply(.secluded(attempt: task.attempt), at: step * 1000 + 999)
        }
        #expect(task.state == .dead && task.failures == TaskRules.maxFailures)
        #expect(task.apply(.retried, at: 0) == .queue)
        #expect(task.failures == 0 && task.crashes == 0)
    }

    @Test("Pauses double up to a minute, whatever the number")
    func pauses() {
        #expect((0...8).map { TaskRules.pauseSeconds(afterFailure: $0) } == [0, 1, 2, 4, 8, 16, 32, 60, 60])
        #expect(TaskRules.pauseSeconds(afterFailure: .max) == 60 && TaskRules.pauseSeconds(afterFailure: .min) == 0)
    }

    @Test("A worker of another version leaves the task to one of the right version")
    func versions() {
        var task = TaskLifecycle(version: 2)
        _ = task.apply(.announced(attempt: 0, epoch: 1), at: 0)
        #expect(task.apply(.claimed(worker: "old", version: 1, seconds: 9), at: 0) == .ignore)
        #expect(task.isUnannounced(in: 1, at: 0))
        #expect(task.apply(.claimed(worker: "new", version: 2, seconds: 9), at: 0) != .ignore)
        #expect(task.apply(.adopted(version: 2), at: 0) == .ignore)
        #expect(task.apply(.adopted(version: 3), at: 0) == .queue)
        #expect(task.apply(.merged(attempt: 1), at: 0) == .ignore)
    }

    @Test("A note of an announcement that a claim has overtaken is not taken")
    func overtakenNote() {
        var task = TaskLifecycle(version: 1)
        let attempt = task.attempt
        _ = task.apply(.claimed(worker: "w", version: 1, seconds: 9), at: 0)
        _ = task.apply(.givenBack(attempt: 1), at: 0)
        #expect(task.apply(.announced(attempt: attempt, epoch: 1), at: 0) == .ignore)
        #expect(task.isUnannounced(in: 1, at: 0))
    }
}
