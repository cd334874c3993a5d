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
        level: Level = .info,
        type: String,
        message: String,
        resourceType: String,
        resourceID: String,
        service: String = "apiext",
        host: String = "tallyman",
        requestID: String = "",
        details: String = "{}"
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

    /// The types that are written, with what each means.
    package static let types: [(type: String, message: String)] = [
        ("user.image.analysis.completed", "The analysis of an image was completed"),
        ("user.image.analysis.failed", "The analysis of an image failed"),
        ("user.image.deleted", "An image was removed from an account"),
        ("user.checks.policy_eval.updated", "The outcome of a policy for an image changed"),
        ("user.policy.activated", "A policy bundle was made the active one"),
        ("system.fleet.run.completed", "A scan of a fleet ended"),
        ("system.fleet.run.failed", "A scan of a fleet failed"),
        ("system.feeds.sync.completed", "Advisories were imported"),
        ("system.feeds.sync.failed", "Advisories could not be imported"),
    ]

    /// The list of types by category.
    package static var catalogue: JSONValue {
        let groups = Dictionary(grouping: types) { $0.type.split(separator: ".").prefix(2).joined(separator: ".") }
        return .array(
            groups.sorted { $0.key < $1.key }.map { category, members in
                [
                    "category": .string(category), "description": .string("Events of \(category)"),
                    "subcategories": .array(
                        members.map { member in
                            let name = member.type.split(separator: ".").dropLast().joined(separator: ".")
                            return [
                                "name": .string(name), "description": .string(member.message),
                                "events": [
                                    [
                                        "name": .string(member.type), "type": .string(member.type),
                                        "message": .string(member.message), "resource_type": "None",
                                    ]
                                ],
                            ]
                        }
                    ),
                ]
            }
        )
    }
}
