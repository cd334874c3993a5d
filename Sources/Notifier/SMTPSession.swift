import Foundation
import NIOCore
import NIOSSL
import Notifications

/// One conversation with a mail server (RFC 5321; STARTTLS: RFC 3207; AUTH: RFC 4954).
struct SMTPSession {
    let channel: any Channel
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    var incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    /// What came before TLS, in bytes, as the channel counts it.
    let plainBytes: PlainByteCounter
    let host: String
    let tls: NIOSSLContext

    private var replies = SMTPReplyReader()
    private var taken = 0
    private var extensions: [String: [String]] = [:]

    init(
        channel: any Channel,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        plainBytes: PlainByteCounter,
        host: String,
        tls: NIOSSLContext
    ) {
        self.channel = channel
        self.outbound = outbound
        self.incoming = incoming
        self.plainBytes = plainBytes
        self.host = host
        self.tls = tls
    }

    /// Greets, goes over to TLS where that is wanted, logs in, and hands the mail over.
    ///
    /// Signs the receipt when the server has taken it.
    mutating func deliver(
        _ mail: MailMessage,
        waitsForAll: Bool,
        receipt: SMTPReceipt,
        startsTLS: Bool,
        login: (user: String, password: String)?
    ) async throws {
        try Self.expect(try await reply(), "greeting")
        try await greet()
        if startsTLS {
            guard extensions["STARTTLS"] != nil else {
                throw DeliveryError("\(host) does not offer STARTTLS")
            }
            try Self.expect(try await command("STARTTLS"), "STARTTLS")
            try await encrypt()
            // What it said before may have been anybody's.
            extensions = [:]
            try await greet()
        }
        if let login { try await logIn(login.user, login.password) }
        try Self.expect(try await command("MAIL FROM:<\(mail.sender)>"), "MAIL FROM")
        var refusals: [SMTPReply] = []
        for recipient in mail.recipients {
            let answer = try await command("RCPT TO:<\(recipient)>")
            if !answer.isPositive { refusals.append(answer) }
        }
        // Whom it puts off it may take the next time, and the others are not to be told twice; whom it does not know it will
        // not know then.
        let putOff = refusals.first { $0.code < 500 }
        if waitsForAll, let putOff { try Self.expect(putOff, "a recipient for now") }
        if refusals.count == mail.recipients.count, let refusal = putOff ?? refusals.first {
            try Self.expect(refusal, "every recipient")
        }
        try Self.expect(try await command("DATA"), "DATA")
        try await outbound.write(ByteBuffer(bytes: mail.bytes + Array(".\r\n".utf8)))
        try Self.expect(try await reply(), "the message")
        receipt.sign()
        // It is theirs now, whatever becomes of the farewell.
        try? await outbound.write(ByteBuffer(string: "QUIT\r\n"))
    }

    private mutating func greet() async throws {
        let answer = try await command("EHLO \(SMTPName.own(channel.localAddress))")
        try Self.expect(answer, "EHLO")
        for line in answer.lines.dropFirst() {
            let words = line.split(separator: " ").map { $0.uppercased() }
            if let name = words.first { extensions[name] = Array(words.dropFirst()) }
        }
    }

    private mutating func logIn(_ user: String, _ password: String) async throws {
        let ways = extensions["AUTH"] ?? []
        if ways.contains("PLAIN") {
            let token = Data("\0\(user)\0\(password)".utf8).base64EncodedString()
            try Self.expect(try await command("AUTH PLAIN \(token)"), "the login")
        } else if ways.contains("LOGIN") {
            try Self.expect(try await command("AUTH LOGIN"), "the login")
            try Self.expect(try await command(Data(user.utf8).base64EncodedString()), "the login")
            try Self.expect(try await command(Data(password.utf8).base64EncodedString()), "the login")
        } else {
            throw DeliveryError("\(host) offers neither AUTH PLAIN nor AUTH LOGIN")
        }
    }

    /// Puts TLS below the conversation, in one turn of the event loop in which nothing more can have come in the clear.
    private mutating func encrypt() async throws {
        let (channel, plainBytes, taken, host, tls) = (channel, plainBytes, taken, host, tls)
        guard replies.isEmpty else { throw Self.injected }
        try await channel.eventLoop.submit {
            guard plainBytes.count == taken else { throw Self.injected }
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: SMTPSender.serverName(host))
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    private static var injected: DeliveryError { DeliveryError("the mail server's answers went on before TLS began") }

    private mutating func command(_ line: String) async throws -> SMTPReply {
        try await outbound.write(ByteBuffer(string: "\(line)\r\n"))
        return try await reply()
    }

    private mutating func reply() async throws -> SMTPReply {
        while true {
            if let reply = try replies.next() { return reply }
            guard let part = try await incoming.next(isolation: #isolation) else {
                throw DeliveryError("\(host) closed the connection")
            }
            taken += part.readableBytes
            replies.append(part.readableBytesView)
        }
    }

    /// Throws what a reply refuses.
    ///
    /// A login that is refused may be set right; a message that is refused stays so.
    private static func expect(_ reply: SMTPReply, _ what: String) throws(DeliveryError) {
        guard !reply.isPositive else { return }
        let isFinal = [550, 552, 553, 554].contains(reply.code) && what != "greeting" && what != "the login"
        let text = MessageLine.of(reply.lines.joined(separator: " "), limit: 200)
        throw DeliveryError("the mail server refused \(what): \(reply.code) \(text)", isPermanent: isFinal)
    }
}

/// Counts the bytes that come in the clear; belongs to one channel and its event loop.
final class PlainByteCounter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let held: NIOLoopBoundBox<Int>

    init(_ eventLoop: any EventLoop) { held = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: eventLoop) }

    /// To be asked on the event loop.
    var count: Int { held.value }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.value += unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
    }
}
