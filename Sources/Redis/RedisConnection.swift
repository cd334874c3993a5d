import DedicatedThread

/// One connection to Redis, on a thread of its own.
///
/// A connection that breaks is made again by the next command, with the login and database of the configuration; the
/// command that met the break throws, since it may or may not have taken effect. Commands of several tasks are sent in
/// the order they arrive, so a reader that blocks (`XREADGROUP … BLOCK`) needs a connection of its own.
package actor RedisConnection {
    private let thread: DedicatedThread
    private let configuration: RedisConfiguration
    private var socket: RedisSocket?
    private var isClosed = false
    /// How often connecting has failed since it last succeeded.
    private var failures = 0
    private var nextAttempt = ContinuousClock.now

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init(_ configuration: RedisConfiguration, thread: DedicatedThread) {
        self.configuration = configuration
        self.thread = thread
    }

    isolated deinit {
        socket = nil
    }

    /// Connects to a server.
    ///
    /// - Throws: `connectionFailed`, `authentication`, or another `RedisError`.
    package static func connect(_ configuration: RedisConfiguration) async throws(RedisError) -> RedisConnection {
        let thread: DedicatedThread
        do {
            thread = try DedicatedThread(name: "redis")
        } catch {
            throw RedisError(.connectionFailed, "\(error)")
        }
        let connection = RedisConnection(configuration, thread: thread)
        try await connection.open()
        return connection
    }

    /// Connects to the server at an address such as `redis://host:6379/0`; see `RedisConfiguration`.
    package static func connect(url: String) async throws(RedisError) -> RedisConnection {
        try await connect(RedisConfiguration(url: url))
    }

    /// Whether there is a connection now; without one the next command makes it.
    package var isOpen: Bool { socket != nil }

    /// Sends one command and returns its reply.
    ///
    /// - Parameters:
    ///   - arguments: the words of the command.
    ///   - timeout: how long to wait for the reply; for a blocking command, longer than it blocks.
    /// - Returns: the reply, which is no error.
    /// - Throws: `RedisError`, also where the reply is an error.
    @discardableResult
    package func command(
        _ arguments: [RedisArgument],
        timeout: Duration? = nil
    ) async throws(RedisError) -> RedisReply {
        let replies = try await pipeline([arguments], timeout: timeout)
        guard let reply = replies.first else { throw RedisError(.invalidReply, "no reply") }
        return try reply.get()
    }

    /// Sends commands together and returns their replies in order, errors among them.
    ///
    /// - Parameters:
    ///   - commands: the words of each command.
    ///   - timeout: how long to wait for all replies.
    /// - Returns: as many replies as there are commands.
    /// - Throws: `RedisError` where the connection fails; any of the commands may then have taken effect.
    package func pipeline(
        _ commands: [[RedisArgument]],
        timeout: Duration? = nil
    ) async throws(RedisError) -> [RedisReply] {
        guard !commands.isEmpty else { return [] }
        guard commands.allSatisfy({ !$0.isEmpty }) else { throw RedisError(.invalidCommand, "a command has no words") }
        let timeout = timeout ?? configuration.commandTimeout
        if socket == nil { try await pauseBeforeAttempt(atMost: timeout) }
        if Task.isCancelled { throw RedisError(.cancelled, "the task was cancelled") }
        let socket = try openSocket()
        do {
            return try socket.exchange(commands, timeout: timeout)
        } catch {
            // A reply may still be on its way, and the next command must not take it for its own.
            self.socket = nil
            throw error
        }
    }

    /// Closes the connection; later commands throw `closed`.
    package func close() {
        isClosed = true
        socket = nil
    }

    private func open() throws(RedisError) {
        _ = try openSocket()
    }

    /// Waits until connecting may be tried again, but no longer than a command may take.
    private func pauseBeforeAttempt(atMost bound: Duration) async throws(RedisError) {
        let pause = min(nextAttempt - .now, bound)
        guard failures > 0, pause > .zero else { return }
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw RedisError(.cancelled, "the task was cancelled")
        }
    }

    private func openSocket() throws(RedisError) -> RedisSocket {
        if isClosed { throw RedisError(.closed, "the connection was closed") }
        if let socket, socket.isAlive { return socket }
        socket = nil
        do {
            let opened = try RedisSocket(configuration)
            for reply in try opened.exchange(greeting, timeout: configuration.connectTimeout) { _ = try reply.get() }
            failures = 0
            socket = opened
            return opened
        } catch {
            failures = min(failures + 1, 16)
            let pauses = configuration.reconnectPause
            nextAttempt = .now + min(pauses.upperBound, pauses.lowerBound * (1 << (failures - 1)))
            throw error
        }
    }

    /// What a new connection begins with: login, then database, then a question that shows that the server is ready.
    private var greeting: [[RedisArgument]] {
        var commands: [[RedisArgument]] = []
        if let password = configuration.password {
            let user = configuration.user.map { [RedisArgument($0)] } ?? []
            commands.append(["AUTH"] + user + [RedisArgument(password)])
        }
        if configuration.database != 0 { commands.append(["SELECT", RedisArgument(configuration.database)]) }
        commands.append(["PING"])
        return commands
    }
}
