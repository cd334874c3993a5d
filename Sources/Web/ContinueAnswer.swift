import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Tells clients that wait for it to go on with their bodies (`Expect: 100-continue`, RFC 9110, section 10.1.1).
///
/// Who states more bytes than any resource takes is not told to: the refusal is the answer.
final class ContinueAnswer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let maxBytes: Int
    /// Requests that have begun and whose answers have not ended.
    private var unanswered = 0

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            unanswered += 1
            // In the middle of another answer it would be a part of that; who sends requests ahead goes on by itself.
            if unanswered == 1, isWaiting(head) {
                let answer = HTTPResponsePart.head(HTTPResponse(status: .continue))
                context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    private func isWaiting(_ head: HTTPRequest) -> Bool {
        guard head.headerFields[.expect]?.lowercased() == "100-continue" else { return false }
        guard let stated = head.headerFields[.contentLength] else { return true }
        return Int(stated).map { $0 > 0 && $0 <= maxBytes } ?? false
    }
}
