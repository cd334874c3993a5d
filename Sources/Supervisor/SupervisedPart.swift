import Logging

/// One part that is kept running: a process, started again with growing pauses when it ends.
actor SupervisedPart {
    let name: String
    private let logger: Logger
    private let stopSteps: [ChildProcess.StopStep]
    private let command: @Sendable () async throws -> ChildCommand
    private let onEnd: @Sendable (EndedProcess) async -> Void
    private var lifecycle: PartLifecycle
    private var child: ChildProcess?
    /// The loop; `stop` awaits it.
    private var loop: Task<Void, Never>?

    /// Names a part; nothing is started yet.
    ///
    /// The last of `stopSteps` must be as certain as `SIGKILL`. `command` is asked before each start, and may tidy up;
    /// `onEnd` is told of each end, before the next start.
    init(
        name: String,
        stopSteps: [ChildProcess.StopStep],
        backoff: RestartBackoff = RestartBackoff(),
        logger: Logger,
        onEnd: @escaping @Sendable (EndedProcess) async -> Void = { _ in },
        command: @escaping @Sendable () async throws -> ChildCommand
    ) {
        self.name = name
        self.stopSteps = stopSteps
        self.logger = logger
        self.command = command
        self.onEnd = onEnd
        lifecycle = PartLifecycle(backoff: backoff)
    }

    /// How often it has ended or failed to start.
    var failures: Int { lifecycle.failures }

    /// The process, while there is one.
    var pid: Int32? { child?.pid }

    /// Starts the part and keeps it running until `stop`; a second call does nothing.
    func begin() {
        guard loop == nil, !lifecycle.isStopping else { return }
        loop = Task { await run() }
    }

    /// Stops the part and waits until its process is gone.
    func stop() async {
        lifecycle.stop()
        loop?.cancel()
        child?.beginStop(stopSteps)
        await loop?.value
    }

    private func run() async {
        var action = lifecycle.due()
        while true {
            switch action {
            case .start:
                action = await runOnce()
            case .pause(let duration):
                // Only `stop` cancels, and then the lifecycle says that this is the end.
                try? await Task.sleep(for: duration)
                action = lifecycle.due()
            case .finish:
                return
            }
        }
    }

    private func runOnce() async -> PartLifecycle.Action {
        let started = ContinuousClock.now
        do {
            let child = try await ChildProcess.spawn(try await command())
            self.child = child
            logger.debug("started", metadata: ["part": "\(name)", "pid": "\(child.pid)"])
            // `stop` may have come while the process was being started.
            if lifecycle.isStopping { child.beginStop(stopSteps) }
            let status = await child.exit()
            self.child = nil
            await onEnd(EndedProcess(pid: child.pid, wasStopped: lifecycle.isStopping))
            let action = lifecycle.ended(after: ContinuousClock.now - started)
            log(action, "\(name) ended with \(status)", expected: status.isSuccess)
            return action
        } catch {
            let action = lifecycle.ended(after: .zero)
            log(action, "\(name) could not be started: \(error)", expected: false)
            return action
        }
    }

    private func log(_ action: PartLifecycle.Action, _ what: String, expected: Bool) {
        switch action {
        case .pause(let pause): logger.error("\(what); starting it again in \(pause)")
        case .start, .finish: logger.log(level: expected ? .debug : .info, "\(what)")
        }
    }
}
