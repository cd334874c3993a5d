/// What a key holds, in the words of `TYPE`.
package enum RedisKind: String, Sendable {
    case string, hash, zset, stream
}

extension RedisConnection {
    /// Deletes each key whose value is not of the kind that stands in its place among the arguments.
    private static let deletion: RedisArgument = """
        for place, key in ipairs(KEYS) do
            if redis.call('TYPE', key).ok ~= ARGV[place] then redis.call('DEL', key) end
        end
        return 0
        """

    /// Sends a command about a key that is the caller's alone; a value of another kind under it is deleted first.
    ///
    /// For what can be rebuilt: whoever put the other value there, it would refuse every command about the key for ever.
    @discardableResult
    package func command(
        _ words: [RedisArgument],
        on key: RedisArgument,
        _ kind: RedisKind
    ) async throws(RedisError) -> RedisReply {
        do throws(RedisError) {
            return try await command(words)
        } catch {
            guard error.isWrongKind else { throw error }
        }
        try await deleteOthers([key], than: [kind])
        return try await command(words)
    }

    /// Deletes those of `keys`, which a cluster keeps together, that hold a value of another kind than the one in the same
    /// place of `kinds`.
    ///
    /// In one step: what another process that met the same value has put in its place stays.
    package func deleteOthers(_ keys: [RedisArgument], than kinds: [RedisKind]) async throws(RedisError) {
        let script: [RedisArgument] = ["EVAL", Self.deletion, RedisArgument(keys.count)]
        try await command(script + keys + kinds.map { RedisArgument($0.rawValue) })
    }
}
