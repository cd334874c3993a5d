import AnchoreAPI
import HTTPTypes
import ScanModel
import Store

extension AnchoreRoutes {
    private static let maxArchived = 100

    func addArchiveRoutes(_ add: Add) {
        add(.get, "archives", .role(.readOnly)) { call in
            let images = try await archived(call).map(\.archived)
            let rules = try await service.store.archiveRules(of: call.account)
            return .json([
                "images": [
                    "total_image_count": .int(images.count),
                    "total_tag_count": .int(images.reduce(0) { $0 + $1.image.tags.count }),
                    "total_data_bytes": .int(images.reduce(0) { $0 + $1.bytes }),
                    // As Anchore Engine has them where there is none: no text here, null there.
                    "last_updated": .string(images.map(\.archivedAt).max() ?? ""),
                ],
                "rules": ["count": .int(rules.count), "last_updated": .string(rules.map(\.updatedAt).max())],
            ])
        }
        add(.get, "archives/images", .role(.readOnly)) { call in
            .json(.array(try await archived(call).map(\.archived.json)))
        }
        add(.post, "archives/images", .role(.scanner)) { try await archive($0) }
        add(.get, "archives/images/:digest", .role(.readOnly)) { call in
            .json(try await archived(try call.part("digest"), call).archived.json)
        }
        add(.delete, "archives/images/:digest", .role(.scanner)) { call in
            let found = try await archived(try call.part("digest"), call)
            try await service.store.removeFromArchive(found.number, of: call.account)
            try await note(.archiveDeleted, found.archived.image.digest, "Deleted by API request", call)
            return .json([:])
        }
        add(.get, "archives/rules", .role(.readOnly)) { call in
            let rules = try await service.store.archiveRules(
                of: call.account,
                withGlobal: try call.flag("system_global", default: true)
            )
            return .json(.array(rules.map(\.json)))
        }
        add(.post, "archives/rules", .role(.admin)) { call in
            let rule = try ArchiveRule.members(try await call.object())
            guard !(rule["system_global"]?.bool ?? false) || call.principal.isSystemAdmin else {
                throw AnchoreError.forbidden(domain: "system", action: "createArchiveTransitionRule", target: "*")
            }
            guard let added = try await service.store.addArchiveRule(rule, of: call.account) else {
                throw AnchoreError(500, "the rule was not kept")
            }
            return .json(added.json)
        }
        add(.get, "archives/rules/:rule", .role(.readOnly)) { call in
            let id = try call.part("rule").lowercased()
            guard let found = try await rule(id, call) else { throw AnchoreError.notFound("Rule not found") }
            return .json(found.json)
        }
        add(.delete, "archives/rules/:rule", .role(.admin)) { call in
            let id = try call.part("rule").lowercased()
            // Who may make rules for all accounts may remove them, in whatever account they were made.
            let isRemoved = try await service.store.removeArchiveRule(
                id,
                of: call.account,
                orGlobal: call.principal.isSystemAdmin
            )
            guard isRemoved else {
                throw try await rule(id, call) == nil
                    ? AnchoreError.notFound("Rule not found")
                    : AnchoreError(403, "Non-admins cannot modify/delete system global rules")
            }
            return .json([:])
        }
        add(.get, "archives/rules/:rule/history", .role(.readOnly)) { call in
            let done = try await service.store.archiveHistory(rule: try call.part("rule"), of: call.account)
            return .json(.array(done.map(\.json)))
        }
    }

    /// A rule of the account, or one for all accounts.
    private func rule(_ id: String, _ call: AnchoreCall) async throws -> ArchiveRule? {
        try await service.store.archiveRules(of: call.account, withGlobal: true).first { $0.id == id }
    }

    private struct Held {
        let number: Int
        let archived: ArchivedImage
    }

    /// The archive of an account; what it took out of its list of images is in it as well.
    private func archived(_ call: AnchoreCall) async throws -> [Held] {
        let held = try await service.store.archivedImages(of: call.account)
        let images = try await service.store.images(
            .numbers(held.map(\.number)),
            in: call.scope,
            includingDeleted: true
        )
        let byNumber = Dictionary(images.map { ($0.number, $0.record) }) { first, _ in first }
        return held.compactMap { item in
            byNumber[item.number].map {
                Held(
                    number: item.number,
                    archived: ArchivedImage(image: $0, archivedAt: item.archivedAt, bytes: item.bytes)
                )
            }
        }
    }

    private func archived(_ digest: String, _ call: AnchoreCall) async throws -> Held {
        guard let found = try await archived(call).first(where: { $0.archived.image.digest == digest }) else {
            throw AnchoreError.notFound("Analysis not found in archive")
        }
        return found
    }

    private func archive(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let bytes = try await call.body()
        let given: JSONValue
        do { given = try JSONReader.read(bytes) } catch {
            throw AnchoreError.badRequest("the body is not JSON: \(error)")
        }
        guard let digests = given.array?.map(\.string), (1...Self.maxArchived).contains(digests.count) else {
            throw AnchoreError.badRequest("a list of 1 to \(Self.maxArchived) digests is expected")
        }
        var results: [JSONValue] = []
        for text in digests {
            let (status, detail) = try await archive(text, call)
            // A text that is no digest is about nothing that happened.
            if status == "error", let text, Digest(text) != nil {
                try await note(.archivingFailed, text, "Archiving failed due to \(detail) by API request", call)
            }
            results.append([
                "digest": .string(text ?? "None"), "status": .string(status), "detail": .string(detail),
            ])
        }
        return .json(.array(results))
    }

    /// Puts one image into the archive; what became of it, in the words of clients.
    private func archive(_ digest: String?, _ call: AnchoreCall) async throws -> (status: String, detail: String) {
        guard let digest, Digest(digest) != nil,
            let image = try await service.store.images(.digest(digest), in: call.scope).first
        else { return ("error", "Analysis not found in catalog") }
        guard image.record.status == .analyzed else {
            return ("error", "image is not analyzed - analysis_status: \(image.record.status.rawValue)")
        }
        guard try await service.store.archive(image.number, of: call.account) else {
            return ("archived", "Existing record found, archiving aborted")
        }
        try await note(.archived, image.record.digest, "Archived by API request", call)
        return ("archived", "Completed successfully")
    }

    /// `POST /images` with an archive as its source: back into the list, with the analysis that there is.
    ///
    /// What is in the list is a conflict, as Anchore Engine has it.
    func restore(_ digest: String, _ call: AnchoreCall) async throws -> AnchoreAnswer {
        let held: Held
        do {
            let listed = try await service.store.images(.digest(digest), in: call.scope)
            guard !listed.contains(where: { $0.record.digest == digest }) else {
                throw AnchoreError(409, "Conflict: Image already exists in system. No restore possible")
            }
            held = try await archived(digest, call)
        } catch let error as AnchoreError {
            if Digest(digest) != nil {
                try await note(.restoreFailed, digest, "Restore failed due to \(error.message)", call)
            }
            throw error
        }
        try await service.store.relist(held.number, in: call.account)
        try await note(.restored, held.archived.image.digest, "Restored by API request", call)
        let restored = try await service.store.images(.numbers([held.number]), in: call.scope)
        return .json(.array(restored.map(\.record.json)))
    }

    private func note(_ type: EventType, _ digest: String, _ message: String, _ call: AnchoreCall) async throws {
        try await service.store.note(
            EventRecord(
                type,
                account: call.account,
                resourceID: digest,
                service: "catalog",
                host: service.settings.host,
                details: ["msg": .string(message)]
            )
        )
    }
}
