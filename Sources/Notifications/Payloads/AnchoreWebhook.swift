import AnchoreAPI

/// Anchore Engine's webhook: the record of its queue of notifications, as `NotificationBase` and the notifications of its API's
/// description have it.
enum AnchoreWebhook {
    /// How long Anchore tries, in seconds; stands in `max_tries`.
    private static let patience = 3600

    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        var address = address
        address.url = address.url.replacing("<userId>", with: Self.escaped(event.account))
            .replacing("<notification_type>", with: event.kind.name)
        let login = address.secret.map { OutgoingRequest.basic(address.user ?? "", $0) }
        return OutgoingRequest(address, headers: [login].compactMap(\.self), body(event))
    }

    static func body(_ event: NotificationEvent) -> JSONValue {
        var payload = [
            JSONMember("userId", .string(event.account)), JSONMember("subscription_key", .string(event.subject)),
            JSONMember("subscription_type", .string(event.kind.name)), JSONMember("notificationId", .string(event.id)),
        ]
        // Counts are our own, for lists that are cut short.
        payload += (event.payload.members ?? []).filter { $0.name != "counts" }
        return [
            "queueId": .string(event.kind.name), "queueName": .string(event.kind.name),
            "userId": .string(event.account), "dataId": .string(event.id), "created_at": .int(event.createdAt),
            "last_updated": .int(event.createdAt), "record_state_key": "active", "record_state_val": nil, "tries": 0,
            "max_tries": .int(event.createdAt + patience),
            "data": [
                "notification_user": .string(event.account), "notification_user_email": .string(event.email),
                "notification_type": .string(event.kind.name), "notification_payload": .object(payload),
            ],
        ]
    }

    /// Names of accounts go into paths: what means something there is escaped (RFC 3986, section 2.1).
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber) || "-._~".contains(character)
                ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
