import CPostgres
import DedicatedThread
import Glibc
import Synchronization

/// Asks the server to stop what a connection executes, from any thread.
///
/// `@unchecked Sendable`: the only unprotected state is a `PGcancel`, which is never changed once it is made, and which
/// the manual allows to be used from any thread (34.7, Canceling Queries in Progress).
final class PostgresCanceller: @unchecked Sendable {
    private struct State {
        /// The operation that may be cancelled now.
        var current: UInt64?
        var last: UInt64 = 0
    }

    /// How often a request is repeated: one that arrives before its statement does is ignored by the server.
    private static let requestLimit = 200
    /// Time between requests, in microseconds.
    private static let requestInterval: UInt32 = 50_000
    /// Room for libpq's reason of failure, in bytes, as the manual recommends.
    private static let reasonBytes = 256

    private let pointer: OpaquePointer
    private let state = Mutex(State())

    /// Makes a canceller for an open connection; nil where memory is short.
    init?(_ connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// Begins an operation that `cancel` may stop.
    func begin() -> UInt64 {
        state.withLock { state in
            state.last &+= 1
            state.current = state.last
            return state.last
        }
    }

    /// Ends the operation; once this returns, no request for it is on its way any more.
    func end() {
        state.withLock { $0.current = nil }
    }

    /// Stops the operation if it is still the current one.
    ///
    /// A request is a connection of its own and may take as long as the network does, so it has a thread of its own.
    func cancel(_ operation: UInt64) {
        do {
            try startThread(named: "pg-cancel") { self.request(operation) }
        } catch {
            request(operation)
        }
    }

    private func request(_ operation: UInt64) {
        for _ in 0..<Self.requestLimit {
            // The lock is held while the request is made: it must not reach a later operation of the connection.
            let isCurrent = state.withLock { state in
                guard state.current == operation else { return false }
                var reason = [CChar](repeating: 0, count: Self.reasonBytes)
                _ = PQcancel(pointer, &reason, Int32(Self.reasonBytes))
                return true
            }
            guard isCurrent else { return }
            usleep(Self.requestInterval)
        }
    }
}
