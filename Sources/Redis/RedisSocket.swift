import CHiredis
import Glibc

/// An open connection of hiredis; used on one thread only.
final class RedisSocket {
    /// How long one wait lasts before cancellation is looked at, in milliseconds.
    private static let sliceMilliseconds: Int64 = 50

    private let context: UnsafeMutablePointer<redisContext>
    private let limits: RedisLimits

    /// Connects without sending anything.
    init(_ configuration: RedisConfiguration) throws(RedisError) {
        let timeout = timeval(configuration.connectTimeout)
        let pointer =
            switch configuration.address {
            case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(truncatingIfNeeded: port), timeout)
            case .unix(let path): redisConnectUnixWithTimeout(path, timeout)
            }
        guard let pointer else { throw RedisError(.connectionFailed, "no memory for a connection") }
        guard pointer.pointee.err == 0 else {
            let reason = Self.reason(pointer)
            redisFree(pointer)
            throw RedisError(
                .connectionFailed,
                "cannot connect to \(configuration.address): \(reason); check the address and whether the server runs"
            )
        }
        context = pointer
        limits = configuration.limits
        // Bounds writes; reads are bounded by waiting for them.
        redisSetTimeout(pointer, timeval(configuration.commandTimeout))
        if case .tcp = configuration.address { redisEnableKeepAlive(pointer) }
        RedisReader.bound(pointer.pointee.reader)
    }

    deinit {
        redisFree(context)
    }

    /// Whether the server still holds its end; something to read while no reply is due means that it does not.
    var isAlive: Bool {
        var descriptor = pollfd(fd: context.pointee.fd, events: Int16(POLLIN), revents: 0)
        return context.pointee.err == 0 && poll(&descriptor, 1, 0) == 0
    }

    /// Sends commands and returns their replies, errors among them.
    ///
    /// After it throws, the socket must not be used any more.
    func exchange(_ commands: [[RedisArgument]], timeout: Duration) throws(RedisError) -> [RedisReply] {
        for command in commands { try append(command) }
        var isDone: Int32 = 0
        while isDone == 0 {
            guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure() }
        }
        let deadline = ContinuousClock.now + timeout
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        for _ in commands { replies.append(try nextReply(deadline: deadline, timeout: timeout)) }
        return replies
    }

    private func append(_ command: [RedisArgument]) throws(RedisError) {
        guard !command.isEmpty, let count = Int32(exactly: command.count) else {
            throw RedisError(.invalidCommand, "a command of \(command.count) words")
        }
        var storage: [UInt8] = []
        storage.reserveCapacity(command.reduce(0) { $0 + $1.bytes.count })
        for argument in command { storage.append(contentsOf: argument.bytes) }
        let status = storage.withUnsafeBufferPointer { storage in
            // A command of empty words has no storage, yet each word needs an address.
            withUnsafePointer(to: CChar(0)) { empty in
                var next = UnsafeRawPointer(storage.baseAddress)?.assumingMemoryBound(to: CChar.self) ?? empty
                var pointers: [UnsafePointer<CChar>?] = []
                var lengths: [Int] = []
                for argument in command {
                    pointers.append(next)
                    lengths.append(argument.bytes.count)
                    next = next.advanced(by: argument.bytes.count)
                }
                return redisAppendCommandArgv(context, count, &pointers, &lengths)
            }
        }
        guard status == REDIS_OK else { throw failure() }
    }

    private func nextReply(deadline: ContinuousClock.Instant, timeout: Duration) throws(RedisError) -> RedisReply {
        var received = 0
        while true {
            var pointer: UnsafeMutableRawPointer?
            guard redisGetReplyFromReader(context, &pointer) == REDIS_OK else { throw failure() }
            if let pointer {
                defer { freeReplyObject(pointer) }
                return RedisReply(pointer.assumingMemoryBound(to: redisReply.self).pointee)
            }
            guard received <= limits.maxReplyBytes else {
                throw RedisError(.invalidReply, "a reply exceeds \(limits.maxReplyBytes) bytes")
            }
            try waitForInput(deadline: deadline, timeout: timeout)
            let before = context.pointee.reader.pointee.len
            guard redisBufferRead(context) == REDIS_OK else { throw failure() }
            received += max(0, Int(context.pointee.reader.pointee.len) - Int(before))
        }
    }

    private func waitForInput(deadline: ContinuousClock.Instant, timeout: Duration) throws(RedisError) {
        while true {
            if Task.isCancelled { throw RedisError(.cancelled, "the task was cancelled") }
            let left = deadline - .now
            guard left > .zero else {
                throw RedisError(.timeout, "no reply within \(timeout)")
            }
            var descriptor = pollfd(fd: context.pointee.fd, events: Int16(POLLIN), revents: 0)
            let slice = min(Self.sliceMilliseconds, max(1, left.milliseconds))
            if poll(&descriptor, 1, Int32(slice)) > 0 { return }
        }
    }

    private func failure() -> RedisError {
        let code: RedisError.Code = context.pointee.err == REDIS_ERR_PROTOCOL ? .invalidReply : .connectionLost
        return RedisError(code, Self.reason(context))
    }

    private static func reason(_ context: UnsafeMutablePointer<redisContext>) -> String {
        let text = withUnsafeBytes(of: context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return text.isEmpty ? "the connection broke" : text
    }
}

extension timeval {
    /// A wait of at least a millisecond, since none at all would mean no bound.
    fileprivate init(_ duration: Duration) {
        let milliseconds = max(1, duration.milliseconds)
        self.init(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000) * 1000)
    }
}

extension Duration {
    /// Whole milliseconds, at most a month.
    var milliseconds: Int64 {
        let month: Int64 = 30 * 86_400
        let (seconds, attoseconds) = components
        return max(-month, min(month, seconds)) * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
