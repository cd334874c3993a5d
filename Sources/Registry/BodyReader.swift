import AsyncHTTPClient
import NIOCore

/// Reads a response's body part by part, not faster than it is asked to, and gives up on one that is too slow.
///
/// The HTTP client's own read timeout also runs while our side is busy with a part, so the time is taken here, and only
/// that spent waiting for the network counts.
///
/// Unchecked because the iterator is not `Sendable`: only one task uses a reader, and `next` returns only after the child
/// task that reads has ended.
final class BodyReader: @unchecked Sendable {
    private enum Outcome: Sendable {
        case part(ByteBuffer)
        case end
        case silence
    }

    private var iterator: HTTPClientResponse.Body.AsyncIterator
    private let subject: String
    private let idleTimeout: Duration
    private let minimumBytes: Int
    private var waited = Duration.zero
    private var received = 0
    /// How long the network was waited for until the last part came.
    private(set) var lastWait = Duration.zero

    init(_ body: HTTPClientResponse.Body, subject: String, options: RegistryOptions) {
        iterator = body.makeAsyncIterator()
        self.subject = subject
        idleTimeout = options.idleTimeout
        minimumBytes = options.minimumBytesPerIdleTimeout
    }

    /// The next part, or `nil` at the end; throws a transient `timedOut` for a stall and what the connection failed with.
    func next() async throws -> ByteBuffer? {
        let start = ContinuousClock.now
        let outcome: Outcome
        do {
            outcome = try await readOrTimeOut()
        } catch {
            try Task.checkCancellation()
            throw RegistryError.transport(error, subject: subject)
        }
        lastWait = ContinuousClock.now - start
        waited += lastWait
        switch outcome {
        case .silence:
            throw RegistryError(.timedOut, "\(subject): nothing received for \(idleTimeout)", isTransient: true)
        case .end:
            // A cancelled read may look like an end.
            try Task.checkCancellation()
            return nil
        case .part(let part):
            received += part.readableBytes
            guard waited >= idleTimeout else { return part }
            guard received >= minimumBytes else {
                let rate = "\(received) bytes in \(idleTimeout), and at least \(minimumBytes) are expected"
                var error = RegistryError(.timedOut, "\(subject): too slow, \(rate)", isTransient: true)
                error.isTooSlow = true
                throw error
            }
            waited = .zero
            received = 0
            return part
        }
    }

    /// The whole body; throws `tooLarge` where it has more than `maxBytes`.
    func collect(maxBytes: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let part = try await next() {
            guard part.readableBytes <= maxBytes - bytes.count else {
                throw RegistryError(.tooLarge, "\(subject): more than \(maxBytes) bytes")
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// The start of a body that explains a failure, at most `maxBytes`; empty where it cannot be read.
    func excerpt(maxBytes: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        // A failure here must not hide the one that the body was to explain.
        while bytes.count < maxBytes, let part = try? await next() {
            bytes.append(contentsOf: part.readableBytesView.prefix(maxBytes - bytes.count))
        }
        return bytes
    }

    private func readOrTimeOut() async throws -> Outcome {
        let idleTimeout = idleTimeout
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask { try await self.read() }
            group.addTask {
                try await Task.sleep(for: idleTimeout)
                return .silence
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .end
        }
    }

    private func read() async throws -> Outcome {
        guard let part = try await iterator.next() else { return .end }
        return .part(part)
    }
}
