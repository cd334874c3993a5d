package import JobLifecycle

/// A fleet in miniature, without time, servers or processes.
///
/// A coordinator, a Redis, workers that stop, stall and die, and the clock are all driven by one seed. What they do to
/// tasks is recorded, so that another implementation of the rules can be taken through the same events.
package struct FleetSimulation {
    /// One event, and what the rules made of it.
    package struct Step: Sendable {
        package let task: Int
        package let event: TaskLifecycle.Event
        package let now: Int
        package let action: TaskLifecycle.Action
        package let before: TaskLifecycle
        package let after: TaskLifecycle
    }

    private struct Held {
        let task: Int
        let attempt: Int
        let isSuspect: Bool
        var isRunning: Bool
    }

    private struct Worker {
        var name: String
        var version: Int
        var held: [Held] = []
        var isPaused = false
        var isAlone: Bool { held.contains { $0.isRunning && $0.isSuspect } }
    }

    /// Seconds that a lease holds, and after which what was announced may count as lost.
    package static let leaseSeconds = 15
    package static let patience = 3

    package private(set) var tasks: [TaskLifecycle]
    package private(set) var now = 0
    package private(set) var steps: [Step] = []
    /// Tasks that kill their worker whenever they are worked on.
    private let poisonous: Set<Int>
    private var random: SeededRandom
    private var workers: [Worker]
    private var born = 0
    private var entries: [Int] = []
    private var epoch = 1
    private var version = 1

    package init(seed: UInt64, tasks count: Int = 6, workers: Int = 3, poisonous: Set<Int> = []) {
        random = SeededRandom(seed: seed)
        tasks = Array(repeating: TaskLifecycle(version: 1), count: count)
        self.poisonous = poisonous
        self.workers = []
        for _ in 0..<workers { addWorker() }
    }

    /// So many seeded events, of every kind.
    package mutating func runChaos(events: Int) {
        for _ in 0..<events {
            switch random.below(24) {
            case 0...3: announce(isNoted: !random.oneIn(5))
            case 4...9: read(workerAt: random.below(workers.count))
            case 10...13: finish(workerAt: random.below(workers.count))
            case 14: renew(workerAt: random.below(workers.count))
            case 15: workers[random.below(workers.count)].isPaused.toggle()
            case 16: die(workerAt: random.below(workers.count), isSeen: random.oneIn(2))
            case 17: pass(seconds: 1 + random.below(4))
            case 18: pass(seconds: Self.leaseSeconds + random.below(60))
            case 19: check()
            case 20: flush()
            case 21: loseEntries()
            case 22: duplicateEntry()
            default: disturb()
            }
        }
    }

    /// Nothing more goes wrong, except what is poisonous; returns whether every task ends within `rounds`.
    package mutating func runQuietly(rounds: Int) -> Bool {
        for index in workers.indices {
            workers[index].isPaused = false
            workers[index].version = version
        }
        send(.adopted(version: version), to: tasks.indices)
        for _ in 0..<rounds where !isFinished {
            announce(isNoted: true)
            for index in workers.indices {
                read(workerAt: index)
                while !workers[index].held.isEmpty, workers[index].held.contains(where: \.isRunning) {
                    finish(workerAt: index, isWell: true)
                }
            }
            pass(seconds: Self.leaseSeconds + 1)
            check()
            if entries.isEmpty { send(.forgotten(patience: Self.patience), to: tasks.indices) }
        }
        return isFinished
    }

    private var isFinished: Bool { tasks.allSatisfy { $0.state == .done || $0.state == .dead } }

    private mutating func addWorker() {
        born += 1
        workers.append(Worker(name: "worker-\(born)", version: version))
    }

    @discardableResult
    private mutating func send(_ event: TaskLifecycle.Event, to task: Int) -> TaskLifecycle.Action {
        let before = tasks[task]
        let action = tasks[task].apply(event, at: now)
        steps.append(Step(task: task, event: event, now: now, action: action, before: before, after: tasks[task]))
        return action
    }

    private mutating func send(_ event: TaskLifecycle.Event, to tasks: Range<Int>) {
        for task in tasks { send(event, to: task) }
    }

    /// Announces first and notes it after; a coordinator that dies in between announces twice.
    private mutating func announce(isNoted: Bool) {
        let waiting = tasks.indices.filter { tasks[$0].isUnannounced(in: epoch, at: now) }
        let attempts = waiting.map { tasks[$0].attempt }
        entries += waiting
        // A worker may be quicker than the note.
        if random.oneIn(3) { read(workerAt: random.below(workers.count)) }
        guard isNoted else { return }
        for (task, attempt) in zip(waiting, attempts) { send(.announced(attempt: attempt, epoch: epoch), to: task) }
    }

    private mutating func read(workerAt index: Int) {
        guard !workers[index].isPaused, !entries.isEmpty else { return }
        let task = entries.remove(at: random.below(entries.count))
        let event = TaskLifecycle.Event.claimed(
            worker: workers[index].name,
            version: workers[index].version,
            seconds: Self.leaseSeconds
        )
        guard case .work(let attempt, let isSuspect) = send(event, to: task) else { return }
        workers[index].held.append(Held(task: task, attempt: attempt, isSuspect: isSuspect, isRunning: false))
        start(workerAt: index)
    }

    /// Lets held tasks begin: side by side, and suspects alone.
    private mutating func start(workerAt index: Int) {
        for place in workers[index].held.indices where !workers[index].held[place].isRunning {
            let held = workers[index].held[place]
            let isFree = held.isSuspect ? !workers[index].held.contains(where: \.isRunning) : !workers[index].isAlone
            guard isFree else { continue }
            workers[index].held[place].isRunning = true
            if held.isSuspect { send(.secluded(attempt: held.attempt), to: held.task) }
        }
    }

    private mutating func finish(workerAt index: Int, isWell: Bool = false) {
        guard !workers[index].isPaused,
            let place = workers[index].held.indices.filter({ workers[index].held[$0].isRunning }).randomElement(
                using: &random
            )
        else { return }
        let held = workers[index].held[place]
        if poisonous.contains(held.task) { return die(workerAt: index, isSeen: random.oneIn(2)) }
        workers[index].held.remove(at: place)
        switch isWell ? 0 : random.below(8) {
        case 0...4: send(.merged(attempt: held.attempt), to: held.task)
        case 5: send(.failed(attempt: held.attempt, isPermanent: random.oneIn(8)), to: held.task)
        case 6: send(.lost(attempt: held.attempt), to: held.task)
        default: send(.givenBack(attempt: held.attempt), to: held.task)
        }
        // A duplicate of the message, as after a reconnection.
        if random.oneIn(6) { send(.merged(attempt: held.attempt), to: held.task) }
        start(workerAt: index)
    }

    private mutating func renew(workerAt index: Int) {
        guard !workers[index].isPaused else { return }
        for held in workers[index].held {
            let event = TaskLifecycle.Event.renewed(attempt: held.attempt, seconds: Self.leaseSeconds)
            guard send(event, to: held.task) == .ignore else { continue }
            // The lease is lost, and the work stops.
            workers[index].held.removeAll { $0.task == held.task && $0.attempt == held.attempt }
            send(.givenBack(attempt: held.attempt), to: held.task)
        }
        start(workerAt: index)
    }

    /// Another process takes the place; whether somebody saw the end decides when the claims are free.
    private mutating func die(workerAt index: Int, isSeen: Bool) {
        let dead = workers.remove(at: index)
        if isSeen { send(.workerEnded(worker: dead.name, isCrash: true), to: tasks.indices) }
        addWorker()
    }

    private mutating func pass(seconds: Int) { now += seconds }

    private mutating func check() { send(.leasesChecked, to: tasks.indices) }

    private mutating func flush() {
        entries = []
        epoch += 1
    }

    private mutating func loseEntries() {
        entries = []
        send(.forgotten(patience: Self.patience), to: tasks.indices)
    }

    private mutating func duplicateEntry() {
        if let entry = entries.randomElement(using: &random) { entries.append(entry) }
    }

    /// The rare events: new runs, operators, upgrades, workers that are stopped in order.
    private mutating func disturb() {
        switch random.below(5) {
        case 0: send(.planned(version: version), to: tasks.indices)
        case 1: send(.retried, to: tasks.indices)
        case 2:
            version += 1
            send(random.oneIn(2) ? .planned(version: version) : .adopted(version: version), to: tasks.indices)
            for index in workers.indices where random.oneIn(2) { workers[index].version = version }
        default:
            let index = random.below(workers.count)
            send(.workerEnded(worker: workers[index].name, isCrash: false), to: tasks.indices)
            workers.remove(at: index)
            addWorker()
        }
    }
}
