import Hummingbird
import HummingbirdCore
import NIOCore

/// Bounds on connections.
enum ConnectionLimits {
    /// Connections that wait to be accepted.
    static let backlog = 1024
    /// Connections at a time; further ones wait.
    static let connections = 4096
    /// How long a connection may be silent in the middle of a request, or between two.
    private static let idleSeconds: Int64 = 60
    /// Bytes of all headers of one request.
    private static let headerBytes = 32 << 10

    static var configuration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                HeadDeadline(time: .seconds(headSeconds)), PeerAddress(),
                ContinueAnswer(maxBytes: RequestLimits.bundle),
            ],
            idleTimeout: .seconds(idleSeconds),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: headerBytes,
                maxHeaderListSize: headerBytes,
                maxHeaderFieldCount: 100
            )
        )
    }

    /// How long the first request's head may take.
    private static let headSeconds: Int64 = 20
}
