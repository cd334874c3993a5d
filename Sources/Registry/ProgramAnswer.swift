import Foundation
import ProgramStart

#if canImport(Glibc)
    import Glibc
#endif

/// What a short-lived program answers to a few words on its standard input.
///
/// Blocks its thread.
struct ProgramAnswer {
    /// As a shell has it: above 128 where a signal ended the program.
    let status: Int32
    let output: [UInt8]

    /// Why there is no answer.
    enum Failure: Error {
        case notStarted(Int32)
        /// More time or more bytes than are allowed.
        case tooMuch
    }

    /// Between two looks whether the program has ended, in microseconds.
    private static let pause: useconds_t = 2_000

    /// Runs the program at `path` with one argument, for at most `seconds` and `bytes` of output; its errors are dropped.
    init(of path: String, _ argument: String, input: String, seconds: Double, bytes: Int) throws(Failure) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .notStarted(errno) }
        let (ours, theirs) = (ends[0], ends[1])
        defer { close(ours) }
        let started = Self.start([path, argument], theirs)
        close(theirs)
        let pid = try started.get()
        // A few words fit the socket; a program that reads none of them may answer all the same.
        _ = Array(input.utf8).withUnsafeBytes { send(ours, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        shutdown(ours, Int32(SHUT_WR))
        let end = ContinuousClock.now + .seconds(seconds)
        let output = Self.read(ours, until: end, bytes: bytes)
        // What it does after its answer is waited for no longer than a second.
        let last = output == nil ? ContinuousClock.now : min(end, ContinuousClock.now + .seconds(1))
        let status = Self.end(of: pid, by: last)
        guard let output else { throw .tooMuch }
        self.status = status
        self.output = output
    }

    private static func start(_ words: [String], _ socket: Int32) -> Result<pid_t, Failure> {
        let start = ProgramStart(
            words: words,
            environment: ProcessInfo.processInfo.environment,
            descriptors: [
                (STDIN_FILENO, .copy(of: socket)), (STDOUT_FILENO, .copy(of: socket)),
                (STDERR_FILENO, .file("/dev/null", flags: O_WRONLY)),
            ]
        )
        return Result { () throws(ProgramStart.Failure) in try start.start() }.mapError { .notStarted($0.code) }
    }

    /// All that comes until the end; `nil` where the time or the room is up.
    private static func read(_ descriptor: Int32, until end: ContinuousClock.Instant, bytes: Int) -> [UInt8]? {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while output.count <= bytes {
            let left = (end - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(left) + 1) > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            // A program that ends without having read what it was given resets the socket behind its answer.
            guard count > 0 else { return count == 0 || errno == ECONNRESET ? output : nil }
            output += buffer[..<count]
        }
        return nil
    }

    /// Waits for the program, which is ended with its children where it is still there at `end`.
    private static func end(of pid: pid_t, by end: ContinuousClock.Instant) -> Int32 {
        var status: Int32 = 0
        var isKilled = false
        while waitpid(pid, &status, WNOHANG) == 0 {
            if !isKilled, ContinuousClock.now >= end {
                kill(-pid, SIGKILL)
                isKilled = true
            }
            usleep(pause)
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
