import Dispatch
import Synchronization

/// A bounded queue of parts between a thread that reads the database and a client that takes them.
///
/// The thread waits while the client is slow, for some time for each part and for all of them, so that no client holds a
/// snapshot of the database for ever; the client's task awaits while there is nothing.
final class ExportPipe: Sendable {
    /// The client took nothing, or too little, for too long, or has gone.
    struct Abandoned: Error {
        /// What its client did; `nil` where it has gone, which needs no telling.
        var reason: String?
    }

    private struct State {
        var parts: [[UInt8]] = []
        var end: Result<Void, any Error>?
        var abandoned: Abandoned?
        var pace: ExportPace
        var reader: CheckedContinuation<Void, Never>?
    }

    private static let capacity = 8

    private let state: Mutex<State>
    private let room: DispatchSemaphore
    private let patience: DispatchTimeInterval
    private let end: DispatchTime

    /// `patience` is how long a client may take nothing, `limit` how long it may take over the whole export; `bounds` say
    /// what is slow while others wait.
    init(
        patience: DispatchTimeInterval = .seconds(60),
        limit: DispatchTimeInterval = .seconds(3600),
        bounds: ExportBounds = ExportBounds()
    ) {
        state = Mutex(State(pace: ExportPace(bounds, now: .now)))
        self.patience = patience
        end = .now() + limit
        // Dispatch traps where a semaphore goes with less than it was made with, and an export may be left half-way.
        room = DispatchSemaphore(value: 0)
        for _ in 0..<Self.capacity { room.signal() }
    }

    /// Adds a part; waits for room on the calling thread, which must not be one of the cooperative pool.
    func write(_ part: [UInt8]) throws {
        state.withLock { $0.pace.beginWait(.now) }
        let hasRoom = room.wait(timeout: min(.now() + patience, end)) == .success && .now() < end
        state.withLock { $0.pace.endWait(.now) }
        if !hasRoom { abandon(Abandoned(reason: "its client took nothing, or not everything, for too long")) }
        let (abandoned, reader) = state.withLock { state in
            if state.abandoned == nil { state.parts.append(part) }
            return (state.abandoned, state.reader.take())
        }
        reader?.resume()
        if let abandoned { throw abandoned }
    }

    /// Adds the last part, for which nobody waits: there is always room for one more.
    func writeLast(_ part: [UInt8]) {
        state.withLock { state in
            if state.abandoned == nil, !part.isEmpty { state.parts.append(part) }
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

    /// Whether the client keeps the writer waiting and takes too little.
    var isSlow: Bool { state.withLock { $0.pace.isSlow(.now) } }

    var isAbandoned: Bool { state.withLock { $0.abandoned != nil } }

    /// The client wants no more, or gets no more: a writer that waits is told so.
    func abandon(_ why: Abandoned = Abandoned()) {
        state.withLock { state in
            state.abandoned = state.abandoned ?? why
            // What nobody takes any more is missing, also where the writer had got to its end: that is not to look whole.
            if !state.parts.isEmpty || state.end == nil { state.end = .failure(why) }
            state.parts = []
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
                if !state.parts.isEmpty {
                    let part = state.parts.removeFirst()
                    state.pace.take(part.count)
                    return .success(part)
                }
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
