import Redis

/// The one connection that those share who ask Redis through it, made when the first of them does.
///
/// Where several ask at the same time, it is made once, and each of them learns where it cannot be made.
actor SharedConnection {
    private let url: String
    private var making: Task<RedisConnection, any Error>?
    /// The connection, where there is one.
    private(set) var current: RedisConnection?

    init(url: String) { self.url = url }

    func connection() async throws -> RedisConnection {
        if let current { return current }
        let task: Task<RedisConnection, any Error>
        if let making {
            task = making
        } else {
            // Awaited by whoever asks; a task of its own, as one of those who ask may be cancelled and the others not.
            task = Task { [url] in try await RedisConnection.connect(url: url) }
            making = task
        }
        do {
            let fresh = try await task.value
            // Another one may have been begun meanwhile, if this was closed.
            if making == task { (making, current) = (nil, fresh) }
            return fresh
        } catch {
            if making == task { making = nil }
            throw error
        }
    }

    /// Closes the connection, also one that is just being made; who asks later has a new one.
    func close() async {
        let (made, unmade) = (current, making)
        (current, making) = (nil, nil)
        await made?.close()
        _ = try? await unmade?.value.close()  // one that cannot be made needs no end
    }
}
