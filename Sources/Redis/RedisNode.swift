/// One server that a connection talks to: its socket while there is one, and when to try to make another.
///
/// Belongs to one `RedisConnection` and is used on its thread alone.
final class RedisNode {
    let address: RedisConfiguration.Address
    private let configuration: RedisConfiguration
    private var socket: RedisSocket?
    /// How often connecting has failed since it last succeeded.
    private var failures = 0
    private var nextAttempt = ContinuousClock.now

    init(_ address: RedisConfiguration.Address, _ configuration: RedisConfiguration) {
        self.address = address
        self.configuration = configuration
    }

    var isOpen: Bool { socket != nil }

    /// How long to wait before connecting may be tried again; zero where there is a connection.
    var pause: Duration {
        guard socket == nil, failures > 0 else { return .zero }
        return max(.zero, nextAttempt - .now)
    }

    func close() { socket = nil }

    /// Sends commands and returns their replies, over a new connection where the old one broke.
    func exchange(_ commands: [[RedisArgument]], timeout: Duration) throws(RedisError) -> [RedisReply] {
        let socket = try open()
        do {
            return try socket.exchange(commands, timeout: timeout)
        } catch {
            // A reply may still be on its way, and the next command must not take it for its own.
            self.socket = nil
            throw error
        }
    }

    /// Connects where there is no connection that lives.
    @discardableResult
    func open() throws(RedisError) -> RedisSocket {
        if let socket, socket.isAlive { return socket }
        socket = nil
        do {
            let opened = try RedisSocket(configuration, to: address)
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
