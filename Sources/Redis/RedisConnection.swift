import DedicatedThread

/// One connection to Redis, on a thread of its own; where the server is part of a cluster, one to each that is needed.
///
/// A connection that breaks is made again by the next command, with the login and database of the configuration; the
/// command that met the break throws, since it may or may not have taken effect. Commands of several tasks are sent in
/// the order they arrive, so a reader that blocks (`XREADGROUP … BLOCK`) needs a connection of its own.
///
/// A cluster's MOVED and ASK answers are followed; all keys of one command must fall into one slot.
package actor RedisConnection {
    /// How often one command may be sent on.
    private static let maxRedirects = 5

    private let thread: DedicatedThread
    private let configuration: RedisConfiguration
    private var nodes: [RedisConfiguration.Address: RedisNode] = [:]
    /// Where a command goes whose place is not known.
    private var home: RedisConfiguration.Address
    private var map = ClusterMap()
    private var isClosed = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init(_ configuration: RedisConfiguration, thread: DedicatedThread) {
        self.configuration = configuration
        self.thread = thread
        home = configuration.address
    }

    isolated deinit {
        nodes = [:]
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
    package var isOpen: Bool { nodes[home]?.isOpen ?? false }

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
    /// In a cluster those of one server go together, in their order; there is none between servers.
    ///
    /// - Parameters:
    ///   - commands: the words of each command.
    ///   - timeout: how long to wait for all replies of a server.
    /// - Returns: as many replies as there are commands.
    /// - Throws: `RedisError` where a connection fails; any of the commands may then have taken effect.
    package func pipeline(
        _ commands: [[RedisArgument]],
        timeout: Duration? = nil
    ) async throws(RedisError) -> [RedisReply] {
        guard !commands.isEmpty else { return [] }
        guard commands.allSatisfy({ !$0.isEmpty }) else { throw RedisError(.invalidCommand, "a command has no words") }
        let timeout = timeout ?? configuration.commandTimeout
        try await pauseBeforeAttempt(atMost: timeout)
        if Task.isCancelled { throw RedisError(.cancelled, "the task was cancelled") }
        if isClosed { throw RedisError(.closed, "the connection was closed") }
        var replies = [RedisReply](repeating: .null, count: commands.count)
        var places: [RedisConfiguration.Address: [Int]] = [:]
        for (index, command) in commands.enumerated() {
            places[map.server(for: command) ?? home, default: []].append(index)
        }
        for (address, indices) in places {
            let answers = try exchange(indices.map { commands[$0] }, with: address, timeout: timeout)
            for (index, answer) in zip(indices, answers) { replies[index] = answer }
            for index in indices {
                replies[index] = try followed(replies[index], to: commands[index], from: address, timeout: timeout)
            }
        }
        return replies
    }

    /// Closes the connection; later commands throw `closed`.
    package func close() {
        isClosed = true
        nodes = [:]
    }

    private func open() throws(RedisError) {
        var failure: RedisError?
        for address in [configuration.address] + configuration.alternatives {
            do throws(RedisError) {
                try node(address).open()
                home = address
                return
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func node(_ address: RedisConfiguration.Address) -> RedisNode {
        if let known = nodes[address] { return known }
        let node = RedisNode(address, configuration)
        nodes[address] = node
        return node
    }

    private func exchange(
        _ commands: [[RedisArgument]],
        with address: RedisConfiguration.Address,
        timeout: Duration
    ) throws(RedisError) -> [RedisReply] {
        do {
            return try node(address).exchange(commands, timeout: timeout)
        } catch {
            if error.code == .connectionFailed || error.code == .connectionLost || error.code == .timeout {
                leave(address)
            }
            throw error
        }
    }

    /// Follows what a cluster says about where a command belongs.
    private func followed(
        _ reply: RedisReply,
        to command: [RedisArgument],
        from origin: RedisConfiguration.Address,
        timeout: Duration
    ) throws(RedisError) -> RedisReply {
        var reply = reply
        var origin = origin
        for _ in 0..<Self.maxRedirects {
            guard case .error(let message) = reply, let redirect = ClusterRedirect(message, from: origin) else { break }
            if !redirect.isAsk { map.learn(redirect) }
            let prelude: [[RedisArgument]] = redirect.isAsk ? [["ASKING"]] : []
            guard
                let answer = try exchange(prelude + [command], with: redirect.address, timeout: timeout).last
            else { throw RedisError(.invalidReply, "no reply") }
            reply = answer
            origin = redirect.address
        }
        return reply
    }

    /// Forgets where a server that does not answer stood; the next command asks another one, where there is any.
    private func leave(_ address: RedisConfiguration.Address) {
        map.forget(address)
        guard address == home else {
            nodes[address] = nil
            return
        }
        let others = Set(configuration.alternatives + [configuration.address]).union(map.servers).subtracting([address])
        // Any will do, but the same ones in turn, so that none is passed over.
        let sorted = others.sorted { $0.description < $1.description }
        home = sorted.first { $0.description > address.description } ?? sorted.first ?? address
    }

    /// Waits until connecting may be tried again, but no longer than a command may take.
    private func pauseBeforeAttempt(atMost bound: Duration) async throws(RedisError) {
        let pause = min(nodes[home]?.pause ?? .zero, bound)
        guard pause > .zero else { return }
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw RedisError(.cancelled, "the task was cancelled")
        }
    }
}
