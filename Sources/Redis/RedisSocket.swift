import CHiredis
import Glibc

/// An open connection to one server; used on one thread only.
///
/// hiredis connects and reads replies; the bytes between go through a `RedisChannel`, for Debian's hiredis knows no TLS.
final class RedisSocket {
    private static let bufferBytes = 16 * 1024
    /// Between two attempts to get into the queue of a UNIX socket.
    private static let pauseMicroseconds: UInt32 = 5_000

    private let context: UnsafeMutablePointer<redisContext>
    private let channel: RedisChannel
    private let limits: RedisLimits
    private var buffer = [UInt8](repeating: 0, count: RedisSocket.bufferBytes)

    /// Connects, with TLS where it is configured, and sends no command.
    init(_ configuration: RedisConfiguration, to address: RedisConfiguration.Address) throws(RedisError) {
        let deadline = Deadline(configuration.connectTimeout)
        var attempt = Self.connect(to: address, timeout: configuration.connectTimeout)
        // A UNIX socket whose server has yet to take those before us refuses at once, where TCP waits (unix(7), EAGAIN).
        while case .unix = address, let refused = attempt, refused.pointee.err != 0, errno == EAGAIN,
            ContinuousClock.now < deadline.instant
        {
            redisFree(refused)
            usleep(Self.pauseMicroseconds)
            attempt = Self.connect(to: address, timeout: configuration.connectTimeout)
        }
        guard let pointer = attempt else { throw RedisError(.connectionFailed, "no memory for a connection") }
        do throws(RedisError) {
            guard pointer.pointee.err == 0 else {
                throw RedisError(.connectionFailed, Self.text(pointer.pointee.errstr))
            }
            var host = "localhost"
            if case .tcp(let name, _) = address {
                host = name
                redisEnableKeepAlive(pointer)
            }
            channel = try RedisChannel(
                pointer.pointee.fd,
                tls: configuration.tls,
                host: host,
                timeout: configuration.connectTimeout
            )
        } catch {
            redisFree(pointer)
            guard error.code != .cancelled else { throw error }
            throw RedisError(
                .connectionFailed,
                "cannot connect to \(address): \(error.message); check the address and whether the server runs"
            )
        }
        context = pointer
        limits = configuration.limits
        RedisReader.bound(pointer.pointee.reader)
    }

    deinit {
        redisFree(context)
    }

    /// What hiredis makes of it, which `redisFree` has to take back; `errno` is that of the attempt.
    private static func connect(
        to address: RedisConfiguration.Address,
        timeout: Duration
    ) -> UnsafeMutablePointer<redisContext>? {
        switch address {
        case .tcp(let host, let port):
            redisConnectWithTimeout(host, Int32(truncatingIfNeeded: port), timeval(timeout))
        case .unix(let path): redisConnectUnixWithTimeout(path, timeval(timeout))
        }
    }

    /// Whether the server still holds its end.
    var isAlive: Bool { channel.isQuiet }

    /// Sends commands and returns their replies, errors among them.
    ///
    /// After it throws, the socket must not be used any more.
    func exchange(_ commands: [[RedisArgument]], timeout: Duration) throws(RedisError) -> [RedisReply] {
        let deadline = Deadline(timeout)
        var output: [UInt8] = []
        for command in commands { try Self.append(command, to: &output) }
        try channel.write(output, until: deadline)
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        for _ in commands { replies.append(try nextReply(until: deadline)) }
        return replies
    }

    /// A command is an array of bulk strings (RESP2, "Sending commands to a Redis server").
    private static func append(_ command: [RedisArgument], to output: inout [UInt8]) throws(RedisError) {
        guard !command.isEmpty else { throw RedisError(.invalidCommand, "a command of 0 words") }
        output += "*\(command.count)\r\n".utf8
        for argument in command {
            output += "$\(argument.bytes.count)\r\n".utf8
            output += argument.bytes
            output += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        }
    }

    private func nextReply(until deadline: Deadline) throws(RedisError) -> RedisReply {
        guard let reader = context.pointee.reader else { throw RedisError(.invalidReply, "no memory for replies") }
        var received = 0
        while true {
            var pointer: UnsafeMutableRawPointer?
            guard redisReaderGetReply(reader, &pointer) == REDIS_OK else {
                throw RedisError(.invalidReply, Self.text(reader.pointee.errstr))
            }
            if let pointer {
                defer { freeReplyObject(pointer) }
                return RedisReply(pointer.assumingMemoryBound(to: redisReply.self).pointee)
            }
            guard received <= limits.maxReplyBytes else {
                throw RedisError(.invalidReply, "a reply exceeds \(limits.maxReplyBytes) bytes")
            }
            let count = try channel.read(into: &buffer, until: deadline)
            let isFed = buffer.withUnsafeBytes { bytes in
                redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), count) == REDIS_OK
            }
            guard isFed else { throw RedisError(.invalidReply, Self.text(reader.pointee.errstr)) }
            received += count
        }
    }

    /// The text of one of hiredis's error fields.
    private static func text<Field>(_ field: Field) -> String {
        let text = withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
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
