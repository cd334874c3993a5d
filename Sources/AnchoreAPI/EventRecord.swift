/// Something that happened, as `event list` shows it.
package struct EventRecord: Sendable {
    package enum Level: String, Sendable { case info, error }

    package var id: String
    package var account: String
    /// With microseconds, `YYYY-MM-DDTHH:MM:SS.ssssssZ`.
    package var createdAt: String
    package var level: Level
    /// Dotted, `user.image.analysis.completed`.
    package var type: String
    package var message: String
    package var resourceType: String
    package var resourceID: String
    package var service: String
    package var host: String
    package var requestID: String
    /// A JSON object as text.
    package var details: String

    package init(
        id: String = "",
        account: String,
        createdAt: String = "",
        level: Level,
        type: String,
        message: String,
        resourceType: String,
        resourceID: String,
        service: String,
        host: String,
        requestID: String = "",
        details: String
    ) {
        self.id = id
        self.account = account
        self.createdAt = createdAt
        self.level = level
        self.type = type
        self.message = message
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.service = service
        self.host = host
        self.requestID = requestID
        self.details = details
    }

    /// Something of a type that happens now.
    package init(
        _ type: EventType,
        account: String,
        resourceID: String,
        service: String = "apiext",
        host: String,
        details: JSONValue = [:]
    ) {
        self.init(
            account: account,
            level: type.level,
            type: type.name,
            message: type.message,
            resourceType: type.resource,
            resourceID: resourceID,
            service: service,
            host: host,
            details: String(decoding: details.bytes, as: UTF8.self)
        )
    }

    package var json: JSONValue {
        [
            "generated_uuid": .string(id), "created_at": .string(createdAt),
            "event": [
                "type": .string(type), "level": .string(level.rawValue), "message": .string(message),
                "details": .text(details), "timestamp": .string(createdAt),
                "category": .string(type.split(separator: ".").dropLast().joined(separator: ".")),
                "resource": [
                    "user_id": .string(account), "id": .string(resourceID), "type": .string(resourceType),
                ],
                "source": [
                    "servicename": .string(service), "hostid": .string(host), "base_url": "http://apiext:8228",
                    "request_id": .string(requestID),
                ],
            ],
        ]
    }
}
