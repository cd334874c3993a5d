import Dispatch
import Synchronization

/// A bounded queue of parts between a thread that reads the database and a client that takes them.
///
/// The thread waits while the client is slow, for some time for each part and for all of them, so that no client holds a
/// snapshot of the database for ever; the client's task awaits while there is nothing.
final class ExportPipe: Sendable {
    /// The client took nothing, or not everything, for too long, or has gone.
    struct Abandoned: Error {}

    private struct State {
        var parts: [[UInt8]] = []
        var end: Result<Void, any Error>?
        var isAbandoned = false
        var reader: CheckedContinuation<Void, Never>?
    }

    private static let capacity = 8

    private let state = Mutex(State())
    private let room: DispatchSemaphore
    private let patience: DispatchTimeInterval
    private let end: DispatchTime

    /// `patience` is how long a client may take nothing, `limit` how long it may take over the whole export.
    init(patience: DispatchTimeInterval = .seconds(60), limit: DispatchTimeInterval = .seconds(3600)) {
        self.patience = patience
        end = .now() + limit
        // Dispatch traps where a semaphore goes with less than it was made with, and an export may be left half-way.
        room = DispatchSemaphore(value: 0)
        for _ in 0..<Self.capacity { room.signal() }
    }

    /// Adds a part; waits for room on the calling thread, which must not be one of the cooperative pool.
    func write(_ part: [UInt8]) throws {
        guard room.wait(timeout: min(.now() + patience, end)) == .success, .now() < end else {
            abandon()
            throw Abandoned()
        }
        let (isAbandoned, reader) = state.withLock { state in
            if !state.isAbandoned { state.parts.append(part) }
            return (state.isAbandoned, state.reader.take())
        }
        reader?.resume()
        if isAbandoned { throw Abandoned() }
    }

    /// Adds the last part, for which nobody waits: there is always room for one more.
    func writeLast(_ part: [UInt8]) {
        state.withLock { state in
            if !state.isAbandoned, !part.isEmpty { state.parts.append(part) }
            return state.reader.take()
        }?.resume()
    }

    /// Nothing more comes.
    func finish(_ result: Result<Void, any Error>) {
        state.withLock { state in
            state.end = state.end ?? result
            return state.reader.take()
        }?.resume()
    }

    /// The client wants no more: a writer that waits is told so.
    func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            state.parts = []
            state.end = state.end ?? .failure(Abandoned())
            return state.reader.take()
        }?.resume()
        room.signal()
    }

    /// The next part; `nil` at the end.
    ///
    /// One task may ask.
    func next() async throws -> [UInt8]? {
        while true {
            let found = state.withLock { state -> Result<[UInt8]?, any Error>? in
                if !state.parts.isEmpty { return .success(state.parts.removeFirst()) }
                return state.end.map { end in end.map { nil } }
            }
            if let found {
                let part = try found.get()
                if part != nil { room.signal() }
                return part
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        guard state.parts.isEmpty, state.end == nil else { return true }
                        state.reader = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                abandon()
            }
        }
    }
}

/// How many requests over the whole fleet go at a time: each holds a connection to the database, of which there are few.
final class HeavyRequests: Sendable {
    private let limit: Int
    private let running = Mutex(0)

    init(limit: Int = 2) { self.limit = limit }

    func begin() -> Bool {
        running.withLock { running in
            guard running < limit else { return false }
            running += 1
            return true
        }
    }

    func end() { running.withLock { $0 -= 1 } }
}
