extension RedisConnection {
    /// Seconds since 1970 by the server's clock, 0 where it does not say: signs of life are compared by one clock, whatever
    /// those of the processes say.
    package func serverSeconds() async throws(RedisError) -> Int {
        try await command(["TIME"]).array?.first?.int ?? 0
    }
}
