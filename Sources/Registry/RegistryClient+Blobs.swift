import Foundation
import NIOCore
import NIOHTTP1
package import ScanModel

/// An image configuration and the bytes it was read from.
package struct FetchedConfig: Sendable {
    package let config: ImageConfig
    package let bytes: [UInt8]
}

extension RegistryClient {
    /// Fetches and reads an image's configuration, its digest checked; throws `tooLarge` over `maxConfigBytes`.
    package func config(_ registry: String, repository: String, descriptor: Descriptor) async throws -> FetchedConfig {
        let bytes = try await verifiedBlob(
            registry: registry,
            repository: repository,
            digest: descriptor.digest,
            size: descriptor.size,
            maxBytes: options.maxConfigBytes
        )
        do {
            return FetchedConfig(config: try JSONDecoder().decode(ImageConfig.self, from: Data(bytes)), bytes: bytes)
        } catch {
            let subject = "\(registry)/\(repository)@\(descriptor.digest)"
            let reason = PlainText.line((error as? DecodingError)?.words ?? "\(error)", limit: 300)
            throw RegistryError(.badResponse, "\(subject): the image configuration cannot be read: \(reason)")
        }
    }

    /// Fetches a small blob into memory and checks its size and digest.
    package func verifiedBlob(
        registry: String,
        repository: String,
        digest: Digest,
        size: Int64,
        maxBytes: Int
    ) async throws -> [UInt8] {
        let subject = "\(registry)/\(repository)@\(digest)"
        guard size <= Int64(maxBytes) else {
            throw RegistryError(.tooLarge, "\(subject): \(size) bytes are over the bound of \(maxBytes)")
        }
        var bytes: [UInt8] = []
        try await streamBlob(registry: registry, repository: repository, digest: digest, size: size) { bytes += $0 }
        try ContentDigest.check(bytes, against: digest, subject: subject)
        return bytes
    }

    /// Streams a blob from its first byte to its last; `onChunk` gets each byte once, in order.
    ///
    /// The network is read no faster than `onChunk` returns. A broken connection is resumed at the byte it broke at. All
    /// `size` bytes have arrived when this returns; fewer or more throw. With `isSizeBinding` false the size that the
    /// registry states counts instead. The digest is the caller's to check, as it reads the bytes anyway. What `onChunk`
    /// throws is thrown on and ends the transfer. `patience` is how long the first request may wait for its turn, where the
    /// registry's limits are shared (`RegistryOptions.gatePatience` without it); once bytes have arrived the long one counts.
    package func streamBlob(
        registry: String,
        repository: String,
        digest: Digest,
        size: Int64,
        isSizeBinding: Bool = true,
        patience: Duration? = nil,
        onChunk: ([UInt8]) async throws -> Void
    ) async throws {
        let endpoint = try RegistryEndpoint(registry, options: options)
        let address = try endpoint.address(repository: repository, "blobs/\(digest)")
        let subject = "\(endpoint.name)/\(repository)@\(digest)"
        guard size >= 0 else { throw RegistryError(.invalidReference, "\(subject): the size \(size) is below zero") }
        let policy = RetryPolicy(options: options)
        var transfer = BlobTransfer(size: size, rule: isSizeBinding ? .binding : .hint, subject: subject)
        var pace = TransferPace(options: options)
        var attempt = 1
        var resumes = 0
        var slowTries = SlowTries(options: options)
        var end = ContinuousClock.now + options.deadline
        while true {
            let before = transfer.offset
            do {
                let ask = RegistryRequest(
                    .GET,
                    endpoint,
                    address,
                    scope: Self.pullScope(repository),
                    headers: transfer.rangeHeaders,
                    subject: subject
                )
                try await request(ask, patience: transfer.offset > 0 ? nil : patience) { reply in
                    let isNoRange = reply.status == 416 && !ask.headers.isEmpty
                    if !(200...299).contains(reply.status), !isNoRange { try await expect([], reply, subject: subject) }
                    try transfer.begin(reply)
                    while !isNoRange {
                        let next = try await reply.body.next()
                        guard pace.add(next?.readableBytes ?? 0, after: reply.body.lastWait) else {
                            let rate = "\(pace.bytesPerSecond) bytes a second"
                            throw RegistryError(.timedOut, "\(subject): slower than \(rate) for too long")
                        }
                        guard let part = next else { break }
                        let chunk = try transfer.take(part)
                        if !chunk.isEmpty { try await ConsumerFailure.marking { try await onChunk(chunk) } }
                    }
                    try transfer.finish()
                }
                return
            } catch let failure as ConsumerFailure {
                throw failure.cause
            } catch let error as RegistryError {
                if let reason = slowTries.note(error, bytes: transfer.offset - before) { throw reason }
                if transfer.offset > before {
                    attempt = 1
                    end = .now + options.deadline
                }
                resumes += 1
                guard resumes <= options.maxResumes else { throw error }
                try await pause(after: error, attempt: attempt, until: end, policy: policy)
                attempt += 1
            }
        }
    }

    /// What a caller's closure threw, told apart from the transfer's own failures.
    private struct ConsumerFailure: Error {
        let cause: any Error

        static func marking(_ body: () async throws -> Void) async throws {
            do {
                try await body()
            } catch {
                throw ConsumerFailure(cause: error)
            }
        }
    }
}
