/// Cuts off what takes too long.
enum TimeLimit {
    /// Runs `body`, which must end soon when it is cancelled; throws `late` where it is not done within `limit`.
    static func run(
        _ limit: Duration,
        _ late: DeliveryError,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw late
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }
}
