import JobLifecycle
import TallymanTesting
import Testing

@Suite("A fleet in which everything goes wrong")
struct FleetSimulationTests {
    @Test("keeps its invariants at every step, and ends when the trouble ends", arguments: 0..<200 as Range<UInt64>)
    func invariants(seed: UInt64) throws {
        var fleet = FleetSimulation(seed: seed)
        fleet.runChaos(events: 400)
        let hasEnded = fleet.runQuietly(rounds: 200)
        #expect(hasEnded, "no task is lost")
        #expect(fleet.steps.count > 300)
        var stored = Array(repeating: 0, count: fleet.tasks.count)
        var attempts = Array(repeating: Set<Int>(), count: fleet.tasks.count)
        for step in fleet.steps {
            try check(step)
            if case .work(let attempt, _) = step.action {
                #expect(attempts[step.task].insert(attempt).inserted, "an attempt has one holder")
            }
            switch step.event {
            case .planned, .adopted, .retried: if step.action == .queue { stored[step.task] = 0 }
            default: if step.action == .store { stored[step.task] += 1 }
            }
            #expect(stored[step.task] <= 1, "never two accepted results for one plan")
        }
    }

    private func check(_ step: FleetSimulation.Step) throws {
        let (before, after) = (step.before, step.after)
        #expect(after.attempt >= before.attempt)
        if case .work(let attempt, let isSuspect) = step.action {
            #expect(attempt == before.attempt + 1 && after.attempt == attempt && isSuspect == (before.crashes > 0))
        } else {
            #expect(after.attempt == before.attempt)
        }
        #expect(after.failures <= TaskRules.maxFailures)
        #expect((after.state == .leased) == (after.leaseUntil != nil))
        #expect(after.state != .leased || after.worker != nil)
        #expect(!after.isAlone || after.state == .leased && after.crashes > 0)
        if step.action == .ignore, after != before {
            // A worker of another version may make a task announced again; nothing else changes anything in passing.
            guard case .claimed(_, let version, _) = step.event else {
                Issue.record("an ignored event changed the task")
                return
            }
            #expect(version != before.version && after.announcement == nil)
        }
        if step.action == .store { #expect(before.state == .leased && step.event == .merged(attempt: before.attempt)) }
        if after.failures > before.failures {
            switch step.event {
            case .failed(let attempt, _): #expect(attempt == before.attempt)
            default: #expect(before.isAlone, "a loss blames only what was alone with its worker")
            }
        }
        if after.state == .dead, before.state != .dead {
            #expect(step.action == .setAside)
            if case .failed(_, isPermanent: true) = step.event { return }
            #expect(after.failures == TaskRules.maxFailures)
        }
    }

    @Test(
        "sets a task that kills its workers aside after a few deaths, and nothing else",
        arguments: 0..<50 as Range<UInt64>
    )
    func poison(seed: UInt64) {
        var fleet = FleetSimulation(seed: seed, tasks: 12, poisonous: [3, 7])
        let hasEnded = fleet.runQuietly(rounds: 300)
        #expect(hasEnded)
        for (index, task) in fleet.tasks.enumerated() {
            guard index == 3 || index == 7 else {
                #expect(task.state == .done, "an unlucky neighbour is not blamed")
                continue
            }
            // It convicts itself in as many deaths alone as may fail, after those beside others or of its neighbour.
            #expect(task.state == .dead && task.failures == TaskRules.maxFailures)
            #expect(task.crashes <= 2 * TaskRules.maxFailures + 2)
        }
    }
}
