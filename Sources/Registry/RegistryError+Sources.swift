import AsyncHTTPClient
import HTTPProxy
import NIOCore
import NIOHTTP1
import NIOSSL

extension RegistryError {
    /// The error for a status that was not wanted; `detail` is what the body said.
    static func status(_ status: Int, subject: String, detail: String, retryAfter: Duration?) -> RegistryError {
        let said = "\(subject): status \(status)" + (detail.isEmpty ? "" : ", \(detail)")
        switch status {
        case 401:
            return RegistryError(.unauthorized, "\(said); check the registry's credentials", status: status)
        case 403:
            return RegistryError(.forbidden, "\(said); the credentials do not allow this", status: status)
        case 404:
            return RegistryError(.notFound, said, status: status)
        case 410:
            return RegistryError(.gone, said, status: status)
        case 429:
            return RegistryError(
                .rateLimited,
                "\(said); lower the concurrency or log in",
                status: status,
                isTransient: true,
                retryAfter: retryAfter
            )
        case 405, 501:
            return RegistryError(.unsupported, said, status: status)
        case 408, 425:
            return RegistryError(.timedOut, said, status: status, isTransient: true, retryAfter: retryAfter)
        case 500...599:
            return RegistryError(.serverFailure, said, status: status, isTransient: true, retryAfter: retryAfter)
        default:
            return RegistryError(.badResponse, said, status: status)
        }
    }

    /// The same failure as one that may pass.
    var asTransient: RegistryError {
        RegistryError(code, message, status: status, isTransient: true, retryAfter: retryAfter)
    }

    /// The error for a failure below HTTP, classified once here.
    static func transport(_ error: any Error, subject: String) -> RegistryError {
        switch error {
        case let error as RegistryError:
            return error
        case is CancellationError:
            return RegistryError(.cancelled, "\(subject): cancelled")
        case let error as HTTPClientError:
            return client(error, subject: subject)
        case NIOSSLError.uncleanShutdown:
            return RegistryError(.unreachable, "\(subject): the connection broke", isTransient: true)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            let remedy = "check the certificate, or give its authority's certificate"
            let text = "\(error)"
            // The library's words for the failure that is frequent name its source files.
            let reason =
                text.contains("CERTIFICATE_VERIFY_FAILED") ? "the certificate is not trusted" : PlainText.line(text)
            return RegistryError(.tls, "\(subject): TLS failed (\(reason)); \(remedy)")
        case let error as HTTPParserError:
            // Also what is no HTTP: a server that fails while it answers leaves the rest for the next request to read.
            return RegistryError(
                error == .invalidEOFState ? .unreachable : .badResponse,
                "\(subject): \(error == .invalidEOFState ? "the response ended early" : "not HTTP: \(error)")",
                isTransient: true
            )
        case is NIOHTTPDecoderError:
            return RegistryError(.badResponse, "\(subject): not HTTP: \(PlainText.line("\(error)"))")
        default:
            let reason = ConnectionFailure.words(error) ?? PlainText.line("\(error)")
            return RegistryError(
                .unreachable,
                "\(subject): no connection (\(reason)); check host, port and network",
                isTransient: true
            )
        }
    }

    private static func client(_ error: HTTPClientError, subject: String) -> RegistryError {
        switch error {
        case .cancelled:
            return RegistryError(.cancelled, "\(subject): cancelled")
        case .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout,
            .tlsHandshakeTimeout:
            return RegistryError(.timedOut, "\(subject): no answer in time", isTransient: true)
        case .invalidURL, .emptyHost, .emptyScheme:
            return RegistryError(.invalidReference, "\(subject): not an address")
        default:
            return RegistryError(.unreachable, "\(subject): \(error.shortDescription)", isTransient: true)
        }
    }
}
