import Glibc

/// A thread could not be started: the system is out of threads or of memory for their stacks.
package struct ThreadStartError: Error, CustomStringConvertible {
    /// The `errno` value that `pthread_create` returned.
    package let errorNumber: Int32

    package var description: String {
        "cannot start a thread: error \(errorNumber); raise the limit on processes and threads, or run fewer of them"
    }
}

/// Longest thread name Linux keeps, in bytes (`TASK_COMM_LEN` less its terminator).
private let maxThreadNameBytes = 15

private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Starts a detached thread that runs `body` and ends.
///
/// `SIGPIPE` is blocked on it, so that a C library writing to a closed socket gets `EPIPE` instead of ending the process.
///
/// - Parameters:
///   - name: what debuggers and `ps -L` show; cut to 15 bytes.
///   - body: what the thread does.
/// - Throws: `ThreadStartError` where the system refuses another thread; `body` is then never called.
package func startThread(
    named name: String,
    _ body: @escaping @Sendable () -> Void
) throws(ThreadStartError) {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            blockPipeSignal()
            setThreadName(start.name)
            start.body()
            return nil
        },
        start.toOpaque()
    )
    guard status == 0 else {
        start.release()
        throw ThreadStartError(errorNumber: status)
    }
    pthread_detach(thread)
}

private func blockPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}

/// Names the calling thread through procfs, since `pthread_setname_np` is a GNU extension that Swift does not import.
private func setThreadName(_ name: String) {
    // A name that cannot be set costs nothing but its display, so failures are ignored.
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    let bytes = Array(name.utf8.prefix(maxThreadNameBytes))
    _ = write(file, bytes, bytes.count)
}
