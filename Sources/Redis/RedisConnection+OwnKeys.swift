extension RedisConnection {
    /// Sends a command about a key that is the caller's alone; a value of another kind under it is deleted first.
    ///
    /// For what can be rebuilt: whoever put the other value there, it would refuse every command about the key for ever.
    @discardableResult
    package func command(_ words: [RedisArgument], on key: RedisArgument) async throws(RedisError) -> RedisReply {
        do throws(RedisError) {
            return try await command(words)
        } catch {
            guard error.isWrongKind else { throw error }
        }
        try await command(["DEL", key])
        return try await command(words)
    }
}
