import Glibc

/// The bytes of a connection, plain or over TLS; used on one thread only.
///
/// The socket does not block: every wait is a poll with a deadline that also looks at cancellation.
final class RedisChannel {
    /// How long one wait lasts before cancellation is looked at, in milliseconds.
    private static let sliceMilliseconds: Int64 = 50

    private let descriptor: Int32
    private let tls: TLSSession?

    /// Takes a connected socket, which stays the caller's, and shakes hands where TLS is wanted.
    init(_ descriptor: Int32, tls settings: RedisTLS?, host: String, timeout: Duration) throws(RedisError) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw RedisError(.connectionFailed, Self.reason(errno))
        }
        guard let settings else {
            tls = nil
            return
        }
        let session = try TLSSession(settings, host: host, descriptor: descriptor)
        tls = session
        let deadline = Deadline(timeout)
        while true {
            switch try session.shakeHands() {
            case .moved: return
            case .wantsToRead: try wait(for: POLLIN, until: deadline)
            case .wantsToWrite: try wait(for: POLLOUT, until: deadline)
            case .ended: throw RedisError(.connectionFailed, "the server ended the TLS handshake")
            }
        }
    }

    /// Whether the server still holds its end; something to read while no reply is due means that it does not.
    var isQuiet: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, 0) != 0 else { return true }
        return tls?.isQuiet ?? false
    }

    /// Sends all of `bytes`.
    func write(_ bytes: [UInt8], until deadline: Deadline) throws(RedisError) {
        var sent = 0
        while sent < bytes.count {
            switch try writeSome(bytes, from: sent) {
            case .moved(let count): sent += count
            case .wantsToRead: try wait(for: POLLIN, until: deadline)
            case .wantsToWrite: try wait(for: POLLOUT, until: deadline)
            case .ended: throw Self.lost
            }
        }
    }

    /// Waits for bytes and reads what is there, at least one and at most `buffer`'s count.
    func read(into buffer: inout [UInt8], until deadline: Deadline) throws(RedisError) -> Int {
        while true {
            switch try readSome(into: &buffer) {
            case .moved(let count): return count
            case .wantsToRead: try wait(for: POLLIN, until: deadline)
            case .wantsToWrite: try wait(for: POLLOUT, until: deadline)
            case .ended: throw Self.lost
            }
        }
    }

    private func writeSome(_ bytes: [UInt8], from start: Int) throws(RedisError) -> TLSSession.Progress {
        let result: Result<TLSSession.Progress, RedisError> = bytes.withUnsafeBytes { all in
            let rest = UnsafeRawBufferPointer(rebasing: all.dropFirst(start))
            do throws(RedisError) {
                if let tls { return .success(try tls.write(rest)) }
                return .success(
                    try Self.plain(send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)), POLLOUT)
                )
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private func readSome(into buffer: inout [UInt8]) throws(RedisError) -> TLSSession.Progress {
        let result: Result<TLSSession.Progress, RedisError> = buffer.withUnsafeMutableBytes { space in
            do throws(RedisError) {
                if let tls { return .success(try tls.read(into: space)) }
                return .success(try Self.plain(recv(descriptor, space.baseAddress, space.count, 0), POLLIN))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func plain(_ result: Int, _ event: Int32) throws(RedisError) -> TLSSession.Progress {
        if result > 0 { return .moved(result) }
        if result == 0 { return .ended }
        switch errno {
        case EAGAIN, EINTR: return event == POLLIN ? .wantsToRead : .wantsToWrite
        default: throw RedisError(.connectionLost, reason(errno))
        }
    }

    private func wait(for event: Int32, until deadline: Deadline) throws(RedisError) {
        while true {
            if Task.isCancelled { throw RedisError(.cancelled, "the task was cancelled") }
            let left = deadline.instant - .now
            guard left > .zero else { throw RedisError(.timeout, "no reply within \(deadline.timeout)") }
            var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            if poll(&request, 1, Int32(min(Self.sliceMilliseconds, max(1, left.milliseconds)))) > 0 { return }
        }
    }

    private static var lost: RedisError { RedisError(.connectionLost, "Server closed the connection") }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}

/// When a wait ends, and how long it was meant to last.
struct Deadline {
    let instant: ContinuousClock.Instant
    let timeout: Duration

    init(_ timeout: Duration) {
        self.timeout = timeout
        instant = .now + timeout
    }
}
