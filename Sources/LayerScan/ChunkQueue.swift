import Bytes

#if canImport(Glibc)
    import Glibc
#endif

/// A bounded queue of chunks between an asynchronous download and the thread that analyses them.
///
/// The sender awaits while the queue is full; the receiver, a thread, waits with a deadline while it is empty.
package final class ChunkQueue: ByteProducer, @unchecked Sendable {
    // Rule: every field but `pinned` is touched under `lock` alone; `pinned` belongs to the receiving thread.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    /// More are not held, however small they are.
    private static let maxChunks = 256

    private let capacity: Int
    private var heldBytes = 0
    private let idleSeconds: Int
    private var chunks: [[UInt8]] = []
    private var isFinished = false
    private var failure: (any Error)?
    private var isClosed = false
    private var sender: CheckedContinuation<Void, Never>?
    private var hasArrived = false
    private var awaiting: CheckedContinuation<Void, Never>?
    private var pinned: UnsafeMutableRawBufferPointer

    /// With `capacity` bytes or more in it the queue is full, or with many chunks; a receiver that gets nothing for
    /// `idleSeconds` gives up.
    package init(capacity: Int = 1 << 20, idleSeconds: Int = 120) {
        self.capacity = max(1, capacity)
        self.idleSeconds = idleSeconds
        lock = .allocate(capacity: 1)
        arrived = .allocate(capacity: 1)
        pinned = .allocate(byteCount: 64 * 1024, alignment: 64)
        pthread_mutex_init(lock, nil)
        // Deadlines are by the clock that nobody sets: the other one may be put right by days in mid-layer.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(arrived, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(arrived)
        lock.deallocate()
        arrived.deallocate()
        pinned.deallocate()
    }

    /// Asked under the lock.
    private var isFilled: Bool { heldBytes >= capacity || chunks.count >= Self.maxChunks }

    private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body()
    }

    /// Adds a chunk and returns once there is room for another; throws where the receiver has gone.
    package func send(_ chunk: [UInt8]) async throws {
        let (isFull, awaiting) = try locked {
            if isClosed { throw LayerScanError(.cancelled, "the analysis of the layer ended before its download") }
            if !chunk.isEmpty { chunks.append(chunk) }
            heldBytes += chunk.count
            pthread_cond_signal(arrived)
            return (isFilled, arrival())
        }
        awaiting?.resume()
        guard isFull else { return }
        await withCheckedContinuation { continuation in
            let isReady = locked { () -> Bool in
                if isClosed || !isFilled { return true }
                sender = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Ends the stream, with what broke it if anything did.
    package func finish(throwing error: (any Error)? = nil) {
        let awaiting = locked {
            isFinished = true
            failure = error
            pthread_cond_signal(arrived)
            return arrival()
        }
        awaiting?.resume()
    }

    /// Returns once the first chunk is there, or the end: until then no thread is of any use.
    ///
    /// One task may ask.
    package func firstChunk() async {
        await withCheckedContinuation { continuation in
            let isThere = locked { () -> Bool in
                if hasArrived { return true }
                awaiting = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Notes, under the lock, that something has arrived; returns who waits for that.
    private func arrival() -> CheckedContinuation<Void, Never>? {
        hasArrived = true
        defer { awaiting = nil }
        return awaiting
    }

    /// The receiver wants no more: a waiting sender goes on and is told at its next chunk.
    package func close() {
        let waiting = locked { () -> CheckedContinuation<Void, Never>? in
            isClosed = true
            chunks = []
            heldBytes = 0
            defer { sender = nil }
            return sender
        }
        waiting?.resume()
    }

    package func next() throws -> UnsafeRawBufferPointer {
        var waiting: CheckedContinuation<Void, Never>?
        let chunk = try locked { () -> [UInt8]? in
            var deadline = timespec()
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            deadline.tv_sec += idleSeconds
            while chunks.isEmpty, !isFinished {
                if pthread_cond_timedwait(arrived, lock, &deadline) == ETIMEDOUT {
                    throw LayerScanError(.cancelled, "no byte of the layer arrived for \(idleSeconds) seconds")
                }
            }
            guard !chunks.isEmpty else {
                if let failure { throw failure }
                return nil
            }
            let chunk = chunks.removeFirst()
            heldBytes -= chunk.count
            if heldBytes <= capacity / 2, chunks.count <= Self.maxChunks / 2 {
                waiting = sender
                sender = nil
            }
            return chunk
        }
        waiting?.resume()
        guard let chunk else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        if pinned.count < chunk.count {
            pinned.deallocate()
            pinned = .allocate(byteCount: chunk.count, alignment: 64)
        }
        pinned.copyBytes(from: chunk)
        return UnsafeRawBufferPointer(rebasing: pinned[0..<chunk.count])
    }
}
