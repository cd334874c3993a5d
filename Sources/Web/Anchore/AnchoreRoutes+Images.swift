import AnchoreAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import ScanModel
import Store

extension AnchoreRoutes {
    /// Images of one statement: few at first, so that the client sees an answer at once.
    private static let firstPageSize = 100
    private static let pageSize = 2000
    /// What waits to be sent before a page ends.
    private static let partBytes = 1 << 20
    private static let maxDeletions = 1000

    func addImageRoutes(_ add: Add) {
        add(.get, "images", .role(.readOnly)) { try await listImages($0) }
        add(.post, "images", .role(.scanner)) { try await addImage($0) }
        add(.delete, "images", .role(.scanner)) { try await deleteImages($0) }
        for path in [
            "imports/images", "imports/images/:operation", "imports/images/:operation/:content", "import/images",
            "imageimport",
        ] {
            for method in [HTTPRequest.Method.get, .post, .delete] {
                add(method, path, .role(method == .get ? .readOnly : .scanner)) { _ in throw ImageAddition.noImports }
            }
        }
        add(.get, "images/:digest", .role(.readOnly)) { call in
            .json(.array([try await image(call).record.json]))
        }
        add(.delete, "images/:digest", .role(.scanner)) { call in
            .json(try await delete(try call.part("digest"), call))
        }
        add(.get, "images/by_id/:imageID", .role(.readOnly)) { call in
            let found = try await service.store.images(.imageID(try call.part("imageID")), in: call.scope)
            guard !found.isEmpty else { throw Self.noImage }
            return .json(.array(found.map(\.record.json)))
        }
        add(.delete, "images/by_id/:imageID", .role(.scanner)) { call in
            let id = try call.part("imageID")
            let found = try await service.store.images(.imageID(id), in: call.scope)
            return .json(try await delete(found.first?.record.digest ?? id, call))
        }
        add(.get, "summaries/imagetags", .role(.readOnly)) { call in
            let statuses = try (try call.query("image_status") ?? "active").split(separator: ",").map(ImageStatus.init)
            guard statuses.contains(where: { $0 != .deleting }) else { return .json([]) }
            return stream(call, withDockerfiles: false) { $0.record.writeTagSummaries(to: &$1) }
        }
    }

    static let noImage = AnchoreError.notFound("image data not found in DB")

    /// The image that the path names by its digest, or by that of the list it is in.
    func image(_ call: AnchoreCall) async throws -> ListedImage {
        if let id = call.parameters["imageID"] {
            guard let found = try await service.store.images(.imageID(id), in: call.scope).first else {
                throw Self.noImage
            }
            return found
        }
        return try await image(try call.part("digest"), in: call.scope)
    }

    private func image(_ digest: String, in scope: AccountScope) async throws -> ListedImage {
        guard Digest(digest) != nil, let found = try await service.store.images(.digest(digest), in: scope).first
        else { throw Self.noImage }
        return found
    }

    private func listImages(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        var name = try call.query("fulltag")
        // Clients that cannot tell our version send the tag as a body.
        if name == nil, call.request.headers[.contentLength].map({ $0 != "0" }) ?? false {
            let body = try await call.body()
            if !body.isEmpty { name = try BodyObject(body).optionalString("tag") }
        }
        let wanted = try call.query("analysis_status").map { text throws(AnchoreError) in
            guard let status = AnalysisStatus(rawValue: text) else {
                throw .badRequest("analysis_status '\(text.prefix(40))' is not one of them")
            }
            return status
        }
        let status = try ImageStatus(try call.query("image_status") ?? "active")
        guard let name else {
            return stream(call, withDockerfiles: true) { image, text in
                if status == .deleting || (wanted.map { $0 != image.record.status } ?? false) { return }
                image.record.write(to: &text)
            }
        }
        guard let parsed = AnchoreImageName(name) else { throw AnchoreError.badRequest("'\(name)' is not an image") }
        let found: [ListedImage]
        switch parsed.subject {
        case .imageID(let id): found = try await service.store.images(.imageID(id), in: call.scope)
        case .digest(let digest, _, _):
            found = try await service.store.images(.digest(digest.description), in: call.scope)
        case .tag(let registry, let repository, let tag):
            found = try await service.store.images(
                .tag(registry: registry, repository: repository, tag: tag),
                in: call.scope
            )
        }
        let shown = found.filter { wanted == nil || wanted == $0.record.status }
        guard !shown.isEmpty, status != .deleting else { throw Self.noImage }
        let isHistory = try call.flag("history", default: false)
        return .json(.array((isHistory ? shown : Array(shown.prefix(1))).map(\.record.json)))
    }

    /// Which images are wanted; none of ours are ever being deleted.
    private enum ImageStatus: String {
        case active, all, deleting

        init(_ text: some StringProtocol) throws(AnchoreError) {
            guard let status = ImageStatus(rawValue: String(text)) else {
                throw .badRequest("image_status '\(text.prefix(40))' is not one of active, all, deleting")
            }
            self = status
        }
    }

    /// The images of an account as one array, page by page: memory does not grow with their number.
    private func stream(
        _ call: AnchoreCall,
        withDockerfiles: Bool,
        _ write: @escaping @Sendable (ListedImage, inout JSONText) -> Void
    ) -> AnchoreAnswer {
        let (store, scope) = (service.store, call.scope)
        @Sendable func page(below: Int?, limit: Int) async throws -> ListedPage? {
            try await store.imagePage(below: below, limit: limit, in: scope, withDockerfiles: withDockerfiles)
        }
        return .parts { send in
            var text = JSONText()
            text.openArray()
            var present = try await page(below: nil, limit: Self.firstPageSize)
            while let current = present {
                // The database looks for the next page while this one is written.
                async let next = page(below: current.lowest, limit: Self.pageSize)
                for image in current.images {
                    write(image, &text)
                    if text.bytes.count >= Self.partBytes { try await send(text.take()) }
                }
                try await send(text.take())
                present = try await next
            }
            text.closeArray()
            try await send(text.take())
        }
    }

    private func addImage(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let addition = try ImageAddition(try await call.object())
        if let archive = addition.archive { return try await restore(archive, call) }
        let isForced = try call.flag("force", default: false)
        guard let name = addition.name.flatMap(AnchoreImageName.init),
            let (registry, repository, tag) = name.place
        else { throw AnchoreError.badRequest("'\(addition.name ?? "")' is not an image") }
        let stored = RepositoryName.stored(registry: registry, repository)
        let createdAt = try addition.createdAt.map { text throws(AnchoreError) in
            guard let time = EventTime.microseconds(text) else {
                throw AnchoreError.badRequest("'\(text.prefix(60))' is not a time: YYYY-MM-DDTHH:MM:SSZ is expected")
            }
            return time
        }
        var digest = Self.digest(of: name)
        if let text = addition.digest {
            digest = Digest(text)
            guard digest != nil else { throw AnchoreError.badRequest("'\(text.prefix(100))' is no digest") }
        }
        let image = try await lookUp(registry, stored, tag, digest, call)
        if addition.dockerfile != nil, !isForced, try await isListed(image, of: call.account) {
            throw AnchoreError.badRequest(
                "Cannot provide dockerfile content for an image that was added before; add it again with force"
            )
        }
        let shown = TagRecord(registry: registry, repository: stored, tag: tag, digest: "", detectedAt: "")
        let number = try await service.store.addImage(
            image,
            to: call.account,
            dockerfile: addition.dockerfile,
            annotations: addition.annotations,
            createdAt: createdAt,
            subscriptions: SubscriptionRecord.forTag(
                shown.fulltag,
                account: call.account,
                watchesTag: try call.flag("autosubscribe", default: false)
            ),
            analysisVersion: service.settings.analysisVersion
                + (try await service.store.collection()).versionSuffix,
            shards: service.settings.shards
        )
        let added = try await service.store.images(.numbers([number]), in: call.scope)
        return .json(.array(added.map(\.record.json)))
    }

    /// What the registry has; that it has nothing, or does not say, is an event of the account.
    private func lookUp(
        _ registry: String,
        _ repository: String,
        _ tag: String,
        _ digest: Digest?,
        _ call: AnchoreCall
    ) async throws -> FoundImage {
        do {
            return try await service.lookup.image(
                registry: registry,
                repository: repository,
                tag: tag,
                digest: digest,
                of: call.scope.reader
            )
        } catch let error as AnchoreError {
            let place = "\(registry)/\(RepositoryName.shown(registry: registry, repository))"
            try await service.store.note(
                EventRecord(
                    .lookupFailed,
                    account: call.account,
                    resourceID: digest.map { "\(place)@\($0)" } ?? "\(place):\(tag)",
                    service: "catalog",
                    host: service.settings.host,
                    details: [
                        "msg": .string(error.message), "error_code": .string(error.errorCodes.first ?? "UNKNOWN"),
                    ]
                )
            )
            throw error
        }
    }

    /// Whether the account added what the tag names now: what it named before is another image.
    private func isListed(_ image: FoundImage, of account: String) async throws -> Bool {
        guard let digest = image.digest else { return false }
        let scope = AccountScope(account: account, seesFleet: false)
        return try await !service.store.images(.digest(digest.description), in: scope).isEmpty
    }

    private static func digest(of name: AnchoreImageName) -> Digest? {
        if case .digest(let digest, _, _) = name.subject { digest } else { nil }
    }

    private func deleteImages(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let digests = (try call.query("imageDigests") ?? "").split(separator: ",").map(String.init)
        guard !digests.isEmpty, digests.count <= Self.maxDeletions else {
            throw AnchoreError.badRequest("imageDigests must name 1 to \(Self.maxDeletions) images")
        }
        var results: [JSONValue] = []
        for digest in digests { results.append(try await delete(digest, call)) }
        return .json(.array(results))
    }

    /// Takes an image out of the account; the answer says so, or why not.
    private func delete(_ digest: String, _ call: AnchoreCall) async throws -> JSONValue {
        func result(_ status: String, _ detail: String?) -> JSONValue {
            [
                "digest": .string(String(digest.prefix(200))), "status": .string(status),
                "detail": .string(detail ?? "None"),
            ]
        }
        let isForced = try call.flag("force", default: false)
        guard Digest(digest) != nil, let found = try await service.store.images(.digest(digest), in: call.scope).first
        else { return result("not_found", "image \(digest.prefix(200)) is not in the system") }
        if found.record.status == .analyzing, !isForced {
            return result("delete_failed", "the image is being analysed; wait for its end, or use force")
        }
        let keys = found.record.tags.filter(\.isCurrent).map(\.fulltag)
        let subscribed = try await service.store.activelySubscribed(keys, account: call.account)
        if !subscribed.isEmpty {
            guard isForced else {
                return result(
                    "delete_failed",
                    "the image is the latest of \(subscribed.sorted().joined(separator: ", ")), which has active "
                        + "subscriptions; deactivate them, or use force"
                )
            }
            try await service.store.deactivateSubscriptions(of: keys, account: call.account)
        }
        try await service.store.unlist(found.number, from: call.account)
        try await service.store.note(
            EventRecord(
                .imageDeleted,
                account: call.account,
                resourceID: found.record.digest,
                host: service.settings.host
            )
        )
        return result("deleting", nil)
    }
}
