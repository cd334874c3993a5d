import AnchoreAPI
package import FleetRegistry
import Foundation
package import Notifications
import ScanModel
import Store

/// Sends messages to channels, whatever their kind.
package struct MessageSender: Sendable {
    /// Failures after which a mail goes to those who are accepted: with the delays of ``DeliveryPolicy``, a quarter of an hour,
    /// which is more than servers put off senders that they do not know.
    private static let patience = 8

    private let box: SecretBox?
    private let web: HTTPSender
    private let mail: SMTPSender

    /// `box` opens the addresses of channels.
    package init(box: SecretBox?, options: SenderOptions) {
        self.box = box
        web = HTTPSender(options: options)
        mail = SMTPSender(options: options)
    }

    /// The address that a channel was added with; throws ``DeliveryError`` where it cannot be read.
    package func address(_ sealed: [UInt8]) throws -> ChannelAddress {
        guard let box, let text = try? box.open(sealed) else {
            throw DeliveryError("the address cannot be read: set TALLYMAN_SECRET_KEY to the key it was added with")
        }
        guard let json = try? JSONReader.read(Array(text.utf8)), let address = ChannelAddress(json) else {
            throw DeliveryError("the address was written by another version of tallyman: add the channel again")
        }
        return address
    }

    /// Sends one event; throws ``DeliveryError`` where it was not taken.
    ///
    /// `failures` is how often that failed before: a mail that some are refused for the moment waits for them at first.
    package func send(_ event: NotificationEvent, to address: ChannelAddress, failures: Int = 0) async throws {
        let now = Int(Date().timeIntervalSince1970)
        if let request = address.request(for: event, now: now) { return try await web.send(request) }
        guard let message = MailMessage(event, address, now: now) else {
            throw DeliveryError("the address is not one of mail", isPermanent: true)
        }
        try await mail.send(message, address, waitsForAll: failures < Self.patience)
    }
}

extension ClaimedDelivery {
    /// What is to be told; throws ``DeliveryError`` for what cannot be read.
    var event: NotificationEvent {
        get throws {
            switch content {
            case .summary(let text):
                let payload = try Self.payload(text)
                return NotificationEvent(
                    id: key,
                    key: key,
                    account: "",
                    kind: .digest,
                    subject: "",
                    severity: Self.severity(payload["severity"]?.int),
                    payload: payload,
                    createdAt: createdAt
                )
            case .notification(let stored):
                guard let type = SubscriptionType(rawValue: stored.kind) else {
                    throw DeliveryError("\(stored.kind) is no type of a subscription", isPermanent: true)
                }
                return NotificationEvent(
                    id: stored.key,
                    key: key,
                    account: stored.account,
                    email: stored.email,
                    kind: .subscription(type),
                    subject: stored.subject,
                    severity: Self.severity(stored.severity),
                    payload: try Self.payload(stored.payload),
                    createdAt: stored.createdAt
                )
            }
        }
    }

    private static func payload(_ text: String) throws -> JSONValue {
        do { return try JSONReader.read(Array(text.utf8)) } catch {
            throw DeliveryError("what is to be told cannot be read: \(error)", isPermanent: true)
        }
    }

    private static func severity(_ rank: Int?) -> Severity? { Severity.allCases.first { $0.rank == rank } }
}
