/// An image in an account's archive.
package struct ArchivedImage: Sendable {
    package var image: ImageRecord
    package var archivedAt: String
    package var bytes: Int

    package init(image: ImageRecord, archivedAt: String, bytes: Int) {
        self.image = image
        self.archivedAt = archivedAt
        self.bytes = bytes
    }

    package var json: JSONValue {
        [
            "imageDigest": .string(image.digest), "parentDigest": .string(image.parentDigest),
            "analyzed_at": .string(image.analyzedAt ?? "None"), "created_at": .string(archivedAt),
            "last_updated": .string(archivedAt), "status": "archived", "archive_size_bytes": .int(bytes),
            "annotations": image.annotations.map { .text($0) } ?? .object([]),
            "image_detail": .array(
                image.tags.map {
                    [
                        "pullstring": .string($0.fulltag), "registry": .string($0.registry),
                        "repository": .string($0.repository), "tag": .string($0.tag),
                        "detected_at": .string($0.detectedAt),
                    ]
                }
            ),
        ]
    }
}

/// What a rule of the archive did with an image.
package struct ArchiveTransition: Sendable {
    package var number: Int
    package var rule: String
    package var digest: String
    /// `archive` or `delete`.
    package var transition: String
    package var doneAt: String

    package init(number: Int, rule: String, digest: String, transition: String, doneAt: String) {
        self.number = number
        self.rule = rule
        self.digest = digest
        self.transition = transition
        self.doneAt = doneAt
    }

    package var json: JSONValue {
        [
            "transition_task_id": .string("\(number)"), "rule_id": .string(rule), "imageDigest": .string(digest),
            "transition": .string(transition), "created_at": .string(doneAt), "last_updated": .string(doneAt),
        ]
    }
}

/// A rule by which images go into the archive, or out of it.
package struct ArchiveRule: Sendable {
    package var id: String
    /// The rule's members as JSON text.
    package var rule: String
    package var createdAt: String
    package var updatedAt: String

    package init(id: String, rule: String, createdAt: String, updatedAt: String) {
        self.id = id
        self.rule = rule
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package var json: JSONValue {
        let members = (try? JSONReader.read(Array(rule.utf8)))?.members ?? []  // ours
        return .object(
            [
                JSONMember("rule_id", .string(id)), JSONMember("created_at", .string(createdAt)),
                JSONMember("last_updated", .string(updatedAt)),
            ] + members
        )
    }

    /// The members of a rule that a client sent, checked and with every default filled in.
    package static func members(_ body: BodyObject) throws(AnchoreError) -> JSONValue {
        let transition = try body.string("transition")
        guard ["archive", "delete"].contains(transition) else {
            throw AnchoreError.badRequest("transition must be archive or delete")
        }
        let isGlobal = try body.optionalBool("system_global") ?? false
        let most = try body.optionalInt("max_images_per_account")
        guard most == nil || isGlobal else {
            throw AnchoreError.badRequest("max_images_per_account needs a rule with system_global")
        }
        let age = try body.optionalInt("analysis_age_days")
        let newer = try body.optionalInt("tag_versions_newer")
        for (name, value) in [
            ("analysis_age_days", age), ("tag_versions_newer", newer), ("max_images_per_account", most),
        ] where (value ?? 0) < -1 || (name == "max_images_per_account" && (value ?? 0) < 0) {
            throw AnchoreError.badRequest("\(name) must not be negative, but for -1: no bound")
        }
        let exclude = try body.object("exclude")
        let wanted = try body.object("selector")
        if most == nil {
            for name in ["registry", "repository", "tag"] where try wanted?.optionalString(name)?.isEmpty ?? true {
                // A rule that was meant for some images must not take all of them.
                throw AnchoreError.badRequest("selector.\(name) must not be empty; * stands for all")
            }
        } else if wanted != nil || exclude != nil {
            throw AnchoreError.badRequest("a rule with max_images_per_account has neither selector nor exclude")
        }
        return [
            // -1, as Anchore Engine has it, where one sets no bound: everything that the selector names is meant.
            "analysis_age_days": .int(age ?? -1), "tag_versions_newer": .int(newer ?? -1),
            "transition": .string(transition), "system_global": .bool(isGlobal),
            "selector": try selector(wanted, otherwise: "*"),
            "exclude": [
                "expiration_days": .int(try exclude?.optionalInt("expiration_days") ?? -1),
                "selector": try selector(try exclude?.object("selector"), otherwise: ""),
            ],
            "max_images_per_account": most.map { .int($0) } ?? .null,
        ]
    }

    private static func selector(_ body: BodyObject?, otherwise: String) throws(AnchoreError) -> JSONValue {
        [
            "registry": .string(try body?.optionalString("registry") ?? otherwise),
            "repository": .string(try body?.optionalString("repository") ?? otherwise),
            "tag": .string(try body?.optionalString("tag") ?? otherwise),
        ]
    }
}
