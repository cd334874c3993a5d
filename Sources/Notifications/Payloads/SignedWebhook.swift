import AnchoreAPI
import Crypto
import Foundation
import ScanModel

/// A webhook of our own, signed as the specification of Standard Webhooks has it (version 1: HMAC-SHA256).
enum SignedWebhook {
    static func request(_ event: NotificationEvent, _ address: ChannelAddress, now: Int) -> OutgoingRequest {
        let text = MessageText(event)
        let body: JSONValue = [
            "type": .string("tallyman.\(event.kind.name)"), "timestamp": .string(event.time),
            "data": [
                "id": .string(event.id), "account": .string(event.account), "subject": .string(event.subject),
                "severity": .string(event.severity?.rawValue), "title": .string(text.title),
                "is_test": .bool(event.isTest), "payload": event.payload,
            ],
        ]
        var request = OutgoingRequest(
            address,
            headers: [("webhook-id", event.key), ("webhook-timestamp", "\(now)")],
            body
        )
        if let secret = address.secret {
            request.headers.append(
                ("webhook-signature", signature(id: event.key, timestamp: now, body: request.body, secret: secret))
            )
        }
        return request
    }

    /// `v1,` and the signature over `ID.TIMESTAMP.BODY` in Base64.
    ///
    /// A secret that begins with `whsec_` is the key in Base64, as the specification writes it; any other is the key itself.
    static func signature(id: String, timestamp: Int, body: [UInt8], secret: String) -> String {
        let prefix = "whsec_"
        let encoded = secret.hasPrefix(prefix) ? Data(base64Encoded: String(secret.dropFirst(prefix.count))) : nil
        let key = SymmetricKey(data: encoded ?? Data(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(timestamp).".utf8) + body, using: key)
        return "v1,\(Data(code).base64EncodedString())"
    }
}
