/// A kind of event; those that Anchore Engine has bear its names and say its words.
package struct EventType: Sendable {
    /// Dotted, `user.image.analysis.completed`: category and subcategory come first.
    package let name: String
    package let level: EventRecord.Level
    /// What it means, without quotation marks: statements have it as a literal.
    package let message: String
    /// The kind of what it is about.
    package let resource: String

    private init(_ name: String, _ message: String, about resource: String, level: EventRecord.Level = .info) {
        self.name = name
        self.message = message
        self.resource = resource
        self.level = level
    }

    package static let analysisCompleted = EventType(
        "user.image.analysis.completed",
        "Image analysis available",
        about: "image_tag"
    )
    package static let analysisFailed = EventType(
        "user.image.analysis.failed",
        "Failed to analyze image",
        about: "image_tag",
        level: .error
    )
    package static let imageDeleted = EventType(
        "user.image.deleted",
        "An image was removed from an account",
        about: "image_digest"
    )
    package static let policyEvaluation = EventType(
        "user.checks.tag.policy_evaluation.update",
        "Policy evaluation update detected for a tagged image",
        about: "image_tag"
    )
    package static let vulnerabilities = EventType(
        "user.checks.tag.vulnerabilities.update",
        "Vulnerability update detected for tagged image",
        about: "image_tag"
    )
    package static let activePolicy = EventType(
        "user.policy.active.updated",
        "Active policy bundle updated to a different bundle",
        about: "policy_bundle"
    )
    package static let policyContent = EventType(
        "user.policy.active.content_change",
        "Active policy bundle content changed",
        about: "policy_bundle"
    )
    package static let lookupFailed = EventType(
        "system.image_analysis.registry_lookup_failed",
        "Referenced image not found in registry",
        about: "image_reference",
        level: .error
    )
    package static let restored = EventType(
        "system.image_analysis.restored_from_archive",
        "Archived image restored to active images",
        about: "image_digest"
    )
    package static let restoreFailed = EventType(
        "system.image_analysis.restore_from_archive_failed",
        "Archived image restore to active images failed",
        about: "image_digest",
        level: .error
    )
    package static let archived = EventType(
        "system.analysis_archive.image_archived",
        "Analyzed image added to archive",
        about: "image_digest"
    )
    package static let archivingFailed = EventType(
        "system.analysis_archive.image_archive_failed",
        "Analyzed image migration to archive failed",
        about: "image_digest",
        level: .error
    )
    package static let archiveDeleted = EventType(
        "system.analysis_archive.archived_image_deleted",
        "Archived image analysis deleted",
        about: "image_digest"
    )
    package static let listingFailed = EventType(
        "system.repository.list_tags_fail",
        "Failed to list tags in repository",
        about: "repository",
        level: .error
    )
    package static let runCompleted = EventType(
        "system.fleet.run.completed",
        "A scan of a fleet ended",
        about: "run"
    )
    package static let runFailed = EventType(
        "system.fleet.run.failed",
        "A scan of a fleet failed",
        about: "run",
        level: .error
    )
    package static let runCancelled = EventType(
        "system.fleet.run.cancelled",
        "A scan of a fleet was cancelled",
        about: "run"
    )
    package static let feedsCompleted = EventType(
        "system.feeds.sync.completed",
        "Feeds sync task completed",
        about: "feeds"
    )
    package static let feedsFailed = EventType(
        "system.feeds.sync.failed",
        "Feeds sync task failed",
        about: "feeds",
        level: .error
    )

    /// All that are written.
    package static let all = [
        analysisCompleted, analysisFailed, imageDeleted, policyEvaluation, vulnerabilities, activePolicy, policyContent,
        lookupFailed, restored, restoreFailed, archived, archivingFailed, archiveDeleted, listingFailed, runCompleted,
        runFailed, runCancelled, feedsCompleted, feedsFailed,
    ]

    /// The list of types by category and subcategory, the first two parts of a type's name.
    package static var catalogue: JSONValue {
        let categories = Dictionary(grouping: all) { part(0, $0.name) }.sorted { $0.key < $1.key }
        return .array(
            categories.map { category, members in
                let groups = Dictionary(grouping: members) { part(1, $0.name) }.sorted { $0.key < $1.key }
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
                                                String(member.name.dropFirst(category.count + group.count + 2))
                                            ),
                                            "type": .string(member.name), "message": .string(member.message),
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

    private static func part(_ number: Int, _ name: String) -> String {
        name.split(separator: ".").dropFirst(number).first.map(String.init) ?? ""
    }
}
