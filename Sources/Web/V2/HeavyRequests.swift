import Synchronization

/// How many requests over the whole fleet go at a time: each holds a connection to the database, of which there are few.
final class HeavyRequests: Sendable {
    private struct State {
        var running = 0
        /// What places are held for whose answers are streamed from the database.
        var exports: [ObjectIdentifier: ExportPipe] = [:]
    }

    /// What who finds no place is told, and when to come again, in seconds.
    static let refusal = "too many requests over the whole fleet at a time; try again"
    static let retryAfter = 5

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// A place; `nil` where there is none.
    ///
    /// Who finds none has an export ended whose client keeps the database waiting, and finds its place free soon.
    func begin() -> HeavyRequest? {
        let (isFree, slow) = state.withLock { state -> (Bool, ExportPipe?) in
            guard state.running >= limit else {
                state.running += 1
                return (true, nil)
            }
            // One at a time: the place of one that was told to end comes free by itself.
            guard !state.exports.values.contains(where: \.isAbandoned) else { return (false, nil) }
            return (false, state.exports.values.first { $0.isSlow })
        }
        guard isFree else {
            slow?.abandon(ExportPipe.Abandoned(reason: "its client took too little a second while others waited"))
            return nil
        }
        return HeavyRequest(self)
    }

    fileprivate func add(_ pipe: ExportPipe, of request: ObjectIdentifier) {
        state.withLock { $0.exports[request] = pipe }
    }

    fileprivate func end(_ request: ObjectIdentifier) {
        state.withLock { state in
            state.running -= 1
            state.exports[request] = nil
        }
    }
}

/// The place of one heavy request.
///
/// It is free again when the request ends it, or when nobody refers to it any more: also where an export is never begun, as
/// for HEAD.
final class HeavyRequest: Sendable {
    private let all: HeavyRequests
    private let isEnded = Mutex(false)

    fileprivate init(_ all: HeavyRequests) { self.all = all }

    deinit { end() }

    /// The answer goes through `pipe`, whose client has to keep up while others wait.
    func stream(through pipe: ExportPipe) { all.add(pipe, of: ObjectIdentifier(self)) }

    /// The database is needed no more.
    func end() {
        let isFirst = isEnded.withLock { isEnded in
            defer { isEnded = true }
            return !isEnded
        }
        if isFirst { all.end(ObjectIdentifier(self)) }
    }
}
