import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import ScanModel

/// Puts the address of the other end into each request, as a header that nobody else can set.
final class PeerAddress: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private static let name = HTTPField.Name("x-tallyman-peer")

    private static let forwarded = HTTPField.Name("x-forwarded-for")
    private static let maxForwarded = 32

    /// The address that a request came from; empty where there is none.
    ///
    /// What `X-Forwarded-For` says counts as far as proxies said it that are trusted: the last address that is none of theirs.
    static func of(_ request: Request, trusting proxies: [AddressRange]) -> String {
        let peer = name.flatMap { request.headers[$0] } ?? ""
        func isTrusted(_ address: String) -> Bool { proxies.contains { $0.contains(address) } }
        guard isTrusted(peer), let forwarded, let text = request.headers[forwarded] else { return peer }
        var client = peer
        for hop in text.split(separator: ",").suffix(maxForwarded).reversed() {
            let address = hop.filter { $0 != " " }
            guard AddressRange(address) != nil else { return client }
            client = address
            if !isTrusted(address) { return client }
        }
        return client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), let name = Self.name else {
            context.fireChannelRead(data)
            return
        }
        head.headerFields[name] = context.channel.remoteAddress?.ipAddress ?? ""
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
