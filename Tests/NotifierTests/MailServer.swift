import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A little mail server on the loopback interface that notes what it is told.
final class MailServer: Sendable {
    struct Behaviour: Sendable {
        var certificate: (chain: String, key: String)?
        var isImplicitTLS = false
        var ways = "PLAIN LOGIN"
        /// Answers in place of the usual ones, by a whole command or its first word.
        var answers: [String: String] = [:]
        /// Written right behind the answer to STARTTLS, in the clear.
        var injected = ""
        var isSilent = false
    }

    /// Commands and lines of the mail; those after TLS begin with `tls `.
    private let log = Mutex<[String]>([])
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel

    var lines: [String] { log.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }

    init(_ behaviour: Behaviour = Behaviour()) async throws {
        let note = Note()
        channel = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if behaviour.isImplicitTLS {
                    try channel.pipeline.syncOperations.addHandler(try Conversation.tls(behaviour))
                }
                try channel.pipeline.syncOperations.addHandler(Conversation(behaviour) { note.add($0) })
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        note.target = { [weak self] line in self?.log.withLock { $0.append(line) } }
    }

    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    /// Stands between a server that is being made and its connections.
    private final class Note: Sendable {
        private let held = Mutex<(@Sendable (String) -> Void)?>(nil)
        var target: (@Sendable (String) -> Void)? {
            get { held.withLock { $0 } }
            set { held.withLock { $0 = newValue } }
        }
        func add(_ line: String) { target?(line) }
    }
}

/// One connection; belongs to its event loop.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: MailServer.Behaviour
    private let note: @Sendable (String) -> Void
    private var pending: [UInt8] = []
    private var isInData = false
    private var isSecure: Bool
    private var loginLines = 0

    init(_ behaviour: MailServer.Behaviour, _ note: @escaping @Sendable (String) -> Void) {
        self.behaviour = behaviour
        self.note = note
        isSecure = behaviour.isImplicitTLS
    }

    static func tls(_ behaviour: MailServer.Behaviour) throws -> NIOSSLServerHandler {
        guard let files = behaviour.certificate else { throw NIOSSLError.failedToLoadCertificate }
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.chain).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
        )
        return NIOSSLServerHandler(context: try NIOSSLContext(configuration: configuration))
    }

    func channelActive(context: ChannelHandlerContext) {
        if !behaviour.isSilent { say("220 mail.test ESMTP", context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending += unwrapInboundIn(data).readableBytesView
        while let end = pending.firstIndex(of: 0x0A) {
            let line = String(decoding: pending[..<end].filter { $0 != 0x0D }, as: UTF8.self)
            pending.removeSubrange(...end)
            note((isSecure ? "tls " : "") + line)
            if !behaviour.isSilent { answer(line, context) }
        }
    }

    private func answer(_ line: String, _ context: ChannelHandlerContext) {
        if isInData {
            guard line == "." else { return }
            isInData = false
            return say(behaviour.answers["."] ?? "250 queued", context)
        }
        if loginLines > 0 {
            loginLines -= 1
            return say(loginLines == 0 ? "235 welcome" : "334 UGFzc3dvcmQ6", context)
        }
        let word = String(line.prefix { $0 != " " })
        if let answer = behaviour.answers[line] ?? behaviour.answers[word] { return say(answer, context) }
        switch word {
        case "EHLO":
            let offersTLS = behaviour.certificate != nil && !isSecure
            say(
                "250-mail.test\r\n\(offersTLS ? "250-STARTTLS\r\n" : "")250-AUTH \(behaviour.ways)\r\n250 8BITMIME",
                context
            )
        case "STARTTLS":
            say("220 go ahead" + (behaviour.injected.isEmpty ? "" : "\r\n\(behaviour.injected)"), context)
            guard let handler = try? Self.tls(behaviour) else { return context.close(promise: nil) }
            isSecure = true
            try? context.pipeline.syncOperations.addHandler(handler, position: .first)
        case "AUTH":
            if line == "AUTH LOGIN" {
                loginLines = 2
                say("334 VXNlcm5hbWU6", context)
            } else {
                say("235 welcome", context)
            }
        case "DATA":
            isInData = true
            say("354 go ahead", context)
        case "QUIT": say("221 bye", context)
        default: say("250 ok", context)
        }
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(text)\r\n")), promise: nil)
    }
}
