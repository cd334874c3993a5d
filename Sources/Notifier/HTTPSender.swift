import AsyncHTTPClient
import Foundation
import HTTPProxy
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Notifications
import Registry

/// Sends requests to endpoints, each by itself.
///
/// The host is looked up once, and the connection goes to the address that was judged: a name server that answers differently a
/// moment later changes nothing. Redirects are not followed.
struct HTTPSender: Sendable {
    /// What is read of an answer, in bytes.
    private static let maxAnswer = 16 << 10
    /// What is told of it, in characters.
    private static let maxTold = 200
    /// Answers that the same request would get again.
    private static let finalStatuses: Set<Int> = [400, 405, 406, 410, 411, 413, 414, 415, 422]

    let options: SenderOptions

    /// Sends one request; throws ``DeliveryError`` where it was not accepted, and `CancellationError`.
    func send(_ request: OutgoingRequest) async throws {
        guard let address = WebAddress(request.url) else {
            throw DeliveryError("the address is not one of http or https", isPermanent: true)
        }
        let start = ContinuousClock.now
        let proxy = options.proxies.server(isTLS: address.isSecure, host: address.host, port: address.origin.port)
        if let proxy {
            // A proxy connects by itself, and judges where it goes.
            do {
                return try await send(request, to: address, at: nil, through: proxy, since: start)
            } catch let error as UnreachableError {
                throw DeliveryError("the proxy for \(address.host): \(error.reason)")
            }
        }
        let addresses = try await options.rules.addresses(of: address.host)
        for (place, ip) in addresses.enumerated() {
            do {
                return try await send(request, to: address, at: ip, through: nil, since: start)
            } catch let error as UnreachableError {
                guard place + 1 < addresses.count else {
                    throw DeliveryError("\(address.host) (\(ip)): \(error.reason)")
                }
            }
        }
    }

    /// Nothing was sent: another address of the host may be tried.
    private struct UnreachableError: Error {
        let reason: String
    }

    private func send(
        _ request: OutgoingRequest,
        to address: WebAddress,
        at ip: String?,
        through proxy: HTTPProxySettings.Server?,
        since start: ContinuousClock.Instant
    ) async throws {
        let left = options.timeout - (ContinuousClock.now - start)
        guard left > .zero else { throw DeliveryError("\(address.host): no answer within \(options.timeout)") }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: try configuration(request, address, ip, proxy)
        )
        let outcome: Result<Void, any Error>
        do {
            // The client's own deadline ends with the head of an answer; a body may come for ever.
            try await TimeLimit.run(left, DeliveryError("\(address.host): no answer in time")) {
                try await exchange(request, address, client, within: left)
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try? await client.shutdown()  // a client that is shut down has nothing left to lose
        switch outcome {
        case .success: return
        case .failure(let error as DeliveryError): throw error
        case .failure(let error): throw Self.told(error, address)
        }
    }

    private func configuration(
        _ request: OutgoingRequest,
        _ address: WebAddress,
        _ ip: String?,
        _ proxy: HTTPProxySettings.Server?
    ) throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: TimeAmount(options.connectTimeout))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.proxy = proxy?.configuration
        if let ip { configuration.dnsOverride = [address.host: ip] }
        configuration.tlsConfiguration = TLSSettings.client(
            verifies: request.verifiesTLS,
            authorityFile: options.authorityFile
        )
        return configuration
    }

    private func exchange(
        _ request: OutgoingRequest,
        _ address: WebAddress,
        _ client: HTTPClient,
        within left: Duration
    ) async throws {
        var outgoing = HTTPClientRequest(url: address.text)
        outgoing.method = .POST
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        outgoing.headers.add(name: "User-Agent", value: options.userAgent)
        outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        let response = try await client.execute(outgoing, deadline: .now() + TimeAmount(left))
        let status = Int(response.status.code)
        if (200..<300).contains(status) { return }
        var text: [UInt8] = []
        do {
            for try await part in response.body {
                text += part.readableBytesView.prefix(Self.maxAnswer - text.count)
                if text.count >= Self.maxAnswer { break }
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The status says enough.
        }
        let told = MessageLine.of(String(decoding: text, as: UTF8.self), limit: Self.maxTold)
        throw DeliveryError(
            "\(address.host) answered \(status)\(told.isEmpty ? "" : ": \(told)")"
                + ((300..<400).contains(status) ? " (redirects are not followed)" : ""),
            isPermanent: Self.finalStatuses.contains(status),
            retryAfter: response.headers.first(name: "retry-after").flatMap {
                RetryAfter.parse($0, unixNow: Date().timeIntervalSince1970)
            }
        )
    }

    /// What went wrong below HTTP; words of libraries that may hold the address are left out.
    private static func told(_ error: any Error, _ address: WebAddress) -> any Error {
        switch error {
        case is CancellationError: return error
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        case let error as HTTPClientError where error == .connectTimeout:
            return UnreachableError(reason: "it does not answer")
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return DeliveryError("\(address.host): no answer in time")
        case let error as HTTPClientError: return DeliveryError("\(address.host): \(error.shortDescription)")
        case is NIOConnectionError, is IOError, is ChannelError:
            let words = ConnectionFailure.words(error) ?? MessageLine.of("\(error)", limit: maxTold)
            let reason = "the connection failed: \(words)"
            return isUnsent(error) ? UnreachableError(reason: reason) : DeliveryError("\(address.host): \(reason)")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return DeliveryError("\(address.host): \(MessageLine.tls(error, limit: maxTold))")
        default: return DeliveryError("\(address.host): \(MessageLine.of("\(error)", limit: maxTold))")
        }
    }

    /// Whether an error says that nothing was sent: after any other, the message may have been taken.
    static func isUnsent(_ error: any Error) -> Bool {
        if error is NIOConnectionError { return true }
        guard let error = error as? IOError else { return false }
        return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode)
    }
}

/// Text of others on one line, for a reason.
enum MessageLine {
    static func of(_ text: String, limit: Int) -> String {
        let words = text.split { $0.isWhitespace || $0.isNewline || ($0.asciiValue ?? 0x20) < 0x20 }
        return String(words.joined(separator: " ").prefix(limit))
    }

    /// What an error of TLS means; the library's words for the one that is frequent name its source files.
    static func tls(_ error: any Error, limit: Int) -> String {
        let text = "\(error)"
        guard !text.contains("CERTIFICATE_VERIFY_FAILED") else { return "its certificate is not trusted" }
        return "TLS failed: \(of(text, limit: limit))"
    }
}

/// TLS as clients of endpoints speak it.
enum TLSSettings {
    static func client(verifies: Bool, authorityFile: String?) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if !verifies { tls.certificateVerification = .none }
        if let authorityFile { tls.additionalTrustRoots = [.file(authorityFile)] }
        return tls
    }
}
