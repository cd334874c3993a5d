import Synchronization

/// Waits for something for so long and no longer, even where it cannot be cancelled.
enum Bounded {
    struct TooLate: Error, CustomStringConvertible {
        let limit: Duration
        var description: String { "no answer within \(limit)" }
    }

    /// What `body` returns; throws `TooLate` where that takes longer than `limit`, and leaves `body` to end by itself.
    static func run<Value: Sendable>(
        _ limit: Duration,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (results, continuation) = AsyncStream<Result<Value, any Error>>.makeStream()
        // Both end by themselves or by the cancellation below; the first result is the one that is taken.
        let work = Task {
            do { continuation.yield(.success(try await body())) } catch { continuation.yield(.failure(error)) }
        }
        let clock = Task {
            do { try await Task.sleep(for: limit) } catch { return }
            continuation.yield(.failure(TooLate(limit: limit)))
        }
        defer {
            work.cancel()
            clock.cancel()
            continuation.finish()
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
