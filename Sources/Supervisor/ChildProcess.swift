import Foundation
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
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, command.input ?? "/dev/null", O_RDONLY, 0)
        if case .file(let path) = command.output {
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        // Ignored signals and the mask pass through exec; a child starts with neither.
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        let environment = command.environment.map { "\($0.key)=\($0.value)" }.sorted()
        var pid: pid_t = 0
        let code = withCStrings(words) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&pid, words.first ?? command.program, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            return .failure(
                SupervisorError(.startFailed, "\(command.program) could not be started: \(systemMessage(code))")
            )
        }
        return .success(pid)
    }

    /// Gives C a null-terminated array of strings for the duration of a call.
    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
