import Foundation
import ProgramStart
import Synchronization

/// A running child of ours, or one that has ended.
final class ChildProcess: Sendable {
    /// A signal, and how long to wait before it is sent.
    typealias StopStep = (signal: Int32, after: Duration)

    private struct State {
        var status: ExitStatus?
        var waiting: [CheckedContinuation<ExitStatus, Never>] = []
    }

    let pid: pid_t
    private let state = Mutex(State())

    private init(pid: pid_t) {
        self.pid = pid
    }

    /// Starts a child in a process group of its own, so that a Ctrl-C on the terminal reaches us alone.
    ///
    /// - Throws: `startFailed`, or `missingProgram` when the program is not there.
    static func spawn(_ command: ChildCommand) async throws(SupervisorError) -> ChildProcess {
        let words = try command.words()
        guard Programs.isExecutable(command.program) else {
            throw SupervisorError(.missingProgram, "\(command.program) is not a program that can be run")
        }
        let outcome = await SpawnThread.shared.run { Self.start(words, command) }
        let child = ChildProcess(pid: try outcome.get())
        child.watch()
        return child
    }

    /// Waits for the end; cancellation does not shorten it.
    func exit() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state -> ExitStatus? in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Sends a signal unless the child is gone; its number cannot have passed to another process.
    func signal(_ number: Int32) {
        state.withLock { state in
            guard state.status == nil else { return }
            kill(pid, number)
        }
    }

    /// Sends signals, each some time after the call, until the child is gone.
    func beginStop(_ steps: [StopStep]) {
        for step in steps {
            guard step.after > .zero else {
                signal(step.signal)
                continue
            }
            let seconds = Double(step.after.components.seconds) + Double(step.after.components.attoseconds) / 1e18
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [self] in signal(step.signal) }
        }
    }

    /// Waits on a thread of its own.
    ///
    /// The child stays a zombie until the lock is held, so that `signal` never hits
    /// another process that got its number.
    private func watch() {
        let thread = Thread { [self] in
            var info = siginfo_t()
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
            let (status, waiting) = state.withLock { state in
                var word: Int32 = 0
                while waitpid(pid, &word, 0) == -1, errno == EINTR {}
                let status = ExitStatus(word: word)
                let waiting = state.waiting
                state.status = status
                state.waiting = []
                return (status, waiting)
            }
            for continuation in waiting { continuation.resume(returning: status) }
        }
        thread.name = "wait \(pid)"
        thread.start()
    }

    private static func start(_ words: [String], _ command: ChildCommand) -> Result<pid_t, SupervisorError> {
        var descriptors: [(Int32, ProgramStart.Descriptor)] = [
            (STDIN_FILENO, .file(command.input ?? "/dev/null", flags: O_RDONLY))
        ]
        if case .file(let path) = command.output {
            descriptors.append((STDERR_FILENO, .file(path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)))
        }
        descriptors.append((STDOUT_FILENO, .copy(of: STDERR_FILENO)))
        let start = ProgramStart(words: words, environment: command.environment, descriptors: descriptors)
        return Result { () throws(ProgramStart.Failure) in try start.start() }.mapError {
            SupervisorError(.startFailed, "\(command.program) could not be started: \(systemMessage($0.code))")
        }
    }
}
