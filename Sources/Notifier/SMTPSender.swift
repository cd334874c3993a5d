import NIOCore
import NIOPosix
import NIOSSL
import Notifications
import Registry
import Synchronization

/// Sends mails, each in a connection of its own, to the very address that was judged.
struct SMTPSender: Sendable {
    private enum Security { case implicit, startTLS, none }

    let options: SenderOptions

    /// Sends one mail; throws ``DeliveryError`` where it was not taken, and `CancellationError`.
    ///
    /// With `waitsForAll` it goes to nobody while somebody is refused for the moment. What the server has taken counts as sent,
    /// however the conversation ends.
    func send(_ mail: MailMessage, _ address: ChannelAddress, waitsForAll: Bool) async throws {
        guard let (security, host, port) = Self.place(address.url) else {
            throw DeliveryError("the address is not one of a mail server", isPermanent: true)
        }
        let receipt = SMTPReceipt()
        do {
            try await TimeLimit.run(options.timeout, DeliveryError("\(host): not done within \(options.timeout)")) {
                try await send(mail, address, waitsForAll, receipt, security, host, port)
            }
        } catch {
            guard receipt.isTaken else { throw error }
        }
    }

    private static func place(_ url: String) -> (Security, host: String, port: Int)? {
        for (scheme, security, port) in [
            ("smtps://", Security.implicit, 465), ("smtp://", .startTLS, 587), ("smtp+plain://", .none, 25),
        ] where url.lowercased().hasPrefix(scheme) {
            let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            guard let origin = WebAddress.origin(String(authority), isSecure: true) else { return nil }
            // Without a port of its own the origin has that of https.
            let hasPort = authority.split(separator: "]").last?.contains(":") ?? false
            return (security, origin.host, hasPort ? origin.port : port)
        }
        return nil
    }

    /// The name that a certificate is checked for; `nil` for an address, which cannot be sent as one (RFC 6066, section 3).
    static func serverName(_ host: String) -> String? {
        host.hasPrefix("[") || (try? SocketAddress(ipAddress: host, port: 0)) != nil ? nil : host
    }

    private func send(
        _ mail: MailMessage,
        _ address: ChannelAddress,
        _ waitsForAll: Bool,
        _ receipt: SMTPReceipt,
        _ security: Security,
        _ host: String,
        _ port: Int
    ) async throws {
        let context: NIOSSLContext
        do {
            context = try NIOSSLContext(
                configuration: TLSSettings.client(
                    verifies: address.verifiesTLS,
                    authorityFile: options.authorityFile
                )
            )
        } catch { throw DeliveryError("TLS cannot be set up: \(MessageLine.of("\(error)", limit: 200))") }
        let connection = try await connect(
            to: try await options.rules.addresses(of: host),
            host,
            port,
            tlsFromStart: security == .implicit ? context : nil
        )
        do {
            try await connection.channel.executeThenClose { inbound, outbound in
                var session = SMTPSession(
                    channel: connection.channel.channel,
                    outbound: outbound,
                    incoming: inbound.makeAsyncIterator(),
                    plainBytes: connection.plainBytes,
                    host: host,
                    tls: context
                )
                try await session.deliver(
                    mail,
                    waitsForAll: waitsForAll,
                    receipt: receipt,
                    startsTLS: security == .startTLS,
                    login: address.user.flatMap { user in address.secret.map { (user, $0) } }
                )
            }
        } catch {
            throw Self.told(error, host, connection.ip)
        }
    }

    /// A connection over which nothing was said yet.
    struct Connection: Sendable {
        let ip: String
        let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
        /// What comes before TLS, in bytes.
        let plainBytes: PlainByteCounter
    }

    /// Connects to the first of a host's addresses that takes a connection: not every machine reaches all that a name has.
    ///
    /// Throws what the last one said, as ``DeliveryError``, and `CancellationError`.
    func connect(
        to addresses: [String],
        _ host: String,
        _ port: Int,
        tlsFromStart context: NIOSSLContext?
    ) async throws -> Connection {
        var failure: any Error = DeliveryError("\(host): the name has no address")
        for ip in addresses {
            do {
                try Task.checkCancellation()
                return try await connect(to: ip, host, port, tlsFromStart: context)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failure = Self.told(error, host, ip)
            }
        }
        throw failure
    }

    private func connect(
        to ip: String,
        _ host: String,
        _ port: Int,
        tlsFromStart context: NIOSSLContext?
    ) async throws -> Connection {
        let place = try SocketAddress(ipAddress: ip, port: port)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .connect(to: place) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let counter = PlainByteCounter(channel.eventLoop)
                    try channel.pipeline.syncOperations.addHandler(counter)
                    if let context {
                        let handler = try NIOSSLClientHandler(
                            context: context,
                            serverHostname: Self.serverName(host)
                        )
                        try channel.pipeline.syncOperations.addHandler(handler, position: .first)
                    }
                    return Connection(
                        ip: ip,
                        channel: try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel),
                        plainBytes: counter
                    )
                }
            }
    }

    /// What went wrong below SMTP.
    private static func told(_ error: any Error, _ host: String, _ ip: String) -> any Error {
        if error is DeliveryError || error is CancellationError { return error }
        let isTLS = error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
        let reason = isTLS ? MessageLine.tls(error, limit: 200) : MessageLine.of("\(error)", limit: 200)
        return DeliveryError("\(host) (\(ip)): \(reason)")
    }
}

/// Whether a mail server has taken a mail, for whoever cuts the conversation off.
final class SMTPReceipt: Sendable {
    private let taken = Atomic<Bool>(false)

    var isTaken: Bool { taken.load(ordering: .acquiring) }

    func sign() { taken.store(true, ordering: .releasing) }
}
