import AsyncHTTPClient
import Foundation
import HTTPProxy
import NIOCore
import NIOHTTP1

/// What a server said about a file when it was fetched, to ask whether it has changed (RFC 9110, section 13.1).
struct Validators: Sendable, Codable, Equatable {
    var etag: String?
    var lastModified: String?

    /// The headers that ask for a change.
    var headers: [(String, String)] {
        (etag.map { [("If-None-Match", $0)] } ?? []) + (lastModified.map { [("If-Modified-Since", $0)] } ?? [])
    }
}

/// What a request came to.
enum FeedReply: Sendable {
    case unchanged
    case received(Validators, bytes: Int)
}

/// Takes the bytes of an answer; a new try starts over.
protocol FeedReceiver: Sendable {
    func restart() async throws
    func receive(_ bytes: ByteBuffer) async throws
}

/// Asks servers for files, again where that may help, until the time for the whole sync is over.
struct FeedClient: Sendable {
    private static let transientStatuses: Set<UInt> = [408, 425, 429, 500, 502, 503, 504]
    private static let redirectStatuses: Set<UInt> = [301, 302, 303, 307, 308]
    /// Enough to tell a web page from a feed.
    private static let headBytes = 512

    let options: FeedSyncOptions
    private let http: HTTPClients
    private let end: ContinuousClock.Instant

    init(options: FeedSyncOptions) {
        self.options = options
        end = .now + options.deadline
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = .init(
            connect: TimeAmount(options.connectTimeout),
            read: TimeAmount(options.idleTimeout)
        )
        http = HTTPClients(configuration, proxies: options.proxies)
    }

    func shutdown() async throws { try await http.shutdown() }

    /// Gets `address` into `receiver`, of at most `maxBytes`; `isPage` where a web page is what is asked for.
    func get(
        _ address: FeedAddress,
        unless known: Validators? = nil,
        maxBytes: Int,
        isPage: Bool,
        into receiver: some FeedReceiver
    ) async throws -> FeedReply {
        var attempt = 1
        while true {
            do {
                try await receiver.restart()
                return try await once(address, unless: known, maxBytes: maxBytes, isPage: isPage, into: receiver)
            } catch let error as FeedSyncError {
                guard error.isTransient, attempt < options.maxAttempts else { throw error }
                let wait = delay(after: error, attempt: attempt)
                guard ContinuousClock.now + wait < end else { throw error }
                try await Task.sleep(for: wait)
                attempt += 1
            }
        }
    }

    /// The bytes of a page or a list.
    func page(_ address: FeedAddress) async throws -> [UInt8] {
        let receiver = PageReceiver()
        _ = try await get(address, maxBytes: options.maxPageBytes, isPage: true, into: receiver)
        return await receiver.bytes
    }

    /// What the server asks for, cut to a bound; otherwise exponential back-off with full jitter.
    private func delay(after error: FeedSyncError, attempt: Int) -> Duration {
        let jitter = Double.random(in: 0...1)
        if let asked = error.retryAfter { return min(asked, options.maxRetryAfter) + options.backoffBase * jitter }
        return min(options.backoffBase * (1 << min(attempt - 1, 16)), options.backoffLimit) * jitter
    }

    private func once(
        _ address: FeedAddress,
        unless known: Validators?,
        maxBytes: Int,
        isPage: Bool,
        into receiver: some FeedReceiver
    ) async throws -> FeedReply {
        do {
            let response = try await send(address, known)
            guard response.status.code != 304 else { return .unchanged }
            try check(response, address)
            let type = response.headers.first(name: "content-type")?.lowercased() ?? ""
            guard isPage || !type.hasPrefix("text/html") else {
                throw FeedSyncError(.unusable, "\(address): a web page came in place of the feed")
            }
            let length = response.headers.first(name: "content-length").flatMap(Int.init)
            guard length ?? 0 <= maxBytes else {
                throw FeedSyncError(.tooLarge, "\(address): \(length ?? 0) bytes, more than \(maxBytes)")
            }
            var head: [UInt8] = []
            var received = 0
            for try await part in response.body {
                received += part.readableBytes
                guard received <= maxBytes else {
                    throw FeedSyncError(.tooLarge, "\(address): more than \(maxBytes) bytes")
                }
                if !isPage, head.count < Self.headBytes {
                    head += part.readableBytesView.prefix(Self.headBytes - head.count)
                    guard !Self.isWebPage(head) else {
                        throw FeedSyncError(.unusable, "\(address): a web page came in place of the feed")
                    }
                }
                try await receiver.receive(part)
            }
            // A cancelled read may look like an end.
            try Task.checkCancellation()
            guard received > 0 else { throw FeedSyncError(.unusable, "\(address): an empty answer", isTransient: true) }
            guard length == nil || length == received else {
                throw FeedSyncError(.unavailable, "\(address): the answer broke off", isTransient: true)
            }
            let headers = response.headers
            return .received(
                Validators(etag: headers.first(name: "etag"), lastModified: headers.first(name: "last-modified")),
                bytes: received
            )
        } catch let error as FeedSyncError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            guard ContinuousClock.now < end else {
                throw FeedSyncError(.timedOut, "\(address): the time for the sync is over")
            }
            throw FeedSyncError(.unavailable, "\(address): \(Self.reason(error))", isTransient: true)
        }
    }

    /// Sends the request and follows redirects, which never lead from TLS to plain text.
    private func send(_ address: FeedAddress, _ known: Validators?) async throws -> HTTPClientResponse {
        var current = address
        for _ in 0...options.maxRedirects {
            var request = HTTPClientRequest(url: current.description)
            request.headers.add(name: "user-agent", value: options.userAgent)
            request.headers.add(name: "accept", value: "*/*")
            request.headers.add(name: "accept-encoding", value: "identity")
            for (name, value) in known?.headers ?? [] { request.headers.add(name: name, value: value) }
            let rest = ContinuousClock.now.duration(to: end)
            guard rest > .zero else { throw FeedSyncError(.timedOut, "\(address): the time for the sync is over") }
            let response = try await http.client(for: current.description).execute(request, timeout: TimeAmount(rest))
            guard Self.redirectStatuses.contains(response.status.code) else { return response }
            guard let location = response.headers.first(name: "location"), let next = current.redirect(to: location)
            else { throw FeedSyncError(.unusable, "\(address): a redirect that leads nowhere safe") }
            current = next
        }
        throw FeedSyncError(.unusable, "\(address): more than \(options.maxRedirects) redirects")
    }

    private func check(_ response: HTTPClientResponse, _ address: FeedAddress) throws {
        let status = response.status.code
        guard status != 200 else { return }
        guard status != 404, status != 410 else {
            throw FeedSyncError(.missing, "\(address): no such file (\(status))")
        }
        let asked = response.headers.first(name: "retry-after").flatMap(Int.init).map { Duration.seconds(max(0, $0)) }
        throw FeedSyncError(
            .unavailable,
            "\(address): answers with status \(status)",
            isTransient: Self.transientStatuses.contains(status),
            retryAfter: asked
        )
    }

    private static func isWebPage(_ head: [UInt8]) -> Bool {
        let text = String(decoding: head, as: UTF8.self).drop(while: \.isWhitespace).prefix(14).lowercased()
        return text.hasPrefix("<!doctype html") || text.hasPrefix("<html")
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription }
        let words = ConnectionFailure.words(error) ?? "\(error)"
        return String("the connection failed: \(words)".prefix(200)).replacing("\n", with: " ")
    }
}

/// Keeps a page in memory.
private actor PageReceiver: FeedReceiver {
    private(set) var bytes: [UInt8] = []

    func restart() { bytes = [] }
    func receive(_ part: ByteBuffer) { bytes += part.readableBytesView }
}
