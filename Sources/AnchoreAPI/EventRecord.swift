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

    /// The types that are written, each with what it means and the kind of what it is about.
    ///
    /// Those that Anchore Engine has bear its names.
    package static let types: [(type: String, message: String, resource: String)] = [
        ("user.image.analysis.completed", "The analysis of an image was completed", "image_tag"),
        ("user.image.analysis.failed", "The analysis of an image failed", "image_tag"),
        ("user.image.deleted", "An image was removed from an account", "image_digest"),
        ("user.checks.tag.policy_evaluation.update", "The outcome of a policy for an image changed", "image_tag"),
        ("user.policy.active.updated", "A policy bundle was made the active one", "policy_bundle"),
        ("system.fleet.run.completed", "A scan of a fleet ended", "run"),
        ("system.fleet.run.failed", "A scan of a fleet failed", "run"),
        ("system.fleet.run.cancelled", "A scan of a fleet was cancelled", "run"),
        ("system.feeds.sync.completed", "Advisories were imported", "feeds"),
        ("system.feeds.sync.failed", "Advisories could not be imported", "feeds"),
    ]

    /// The list of types by category and subcategory, the first two parts of a type's name.
    package static var catalogue: JSONValue {
        let categories = Dictionary(grouping: types) { part(0, $0.type) }.sorted { $0.key < $1.key }
        return .array(
            categories.map { category, members in
                let groups = Dictionary(grouping: members) { part(1, $0.type) }.sorted { $0.key < $1.key }
                // `name` is what Anchore Engine answers, `category` what its description says.
                return [
                    "name": .string(category), "category": .string(category),
                    "description": .string("Events of the \(category)"),
                    "subcategories": .array(
                        groups.map { group, members in
                            [
                                "name": .string(group), "description": .string("Events about \(group)"),
                                "events": .array(
                                    members.map { member in
                                        [
                                            "name": .string(
                                                String(member.type.dropFirst(category.count + group.count + 2))
                                            ),
                                            "type": .string(member.type), "message": .string(member.message),
                                            "resource_type": .string(member.resource),
                                        ]
                                    }
                                ),
                            ]
                        }
                    ),
                ]
            }
        )
    }

    private static func part(_ number: Int, _ type: String) -> String {
        type.split(separator: ".").dropFirst(number).first.map(String.init) ?? ""
    }
}
