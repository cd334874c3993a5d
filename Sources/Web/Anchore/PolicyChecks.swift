import AnchoreAPI
import DedicatedThread
import ScanModel
import Store

/// Evaluations of images, kept as long as what they were computed from stays the same.
struct PolicyChecks: Sendable {
    let routes: AnchoreRoutes

    private var service: AnchoreService { routes.service }

    /// The evaluation of an image under a bundle.
    func evaluation(
        of image: ListedImage,
        _ key: EvaluationKey,
        _ policy: PolicyRecord,
        keeps: Bool
    ) async throws -> EvaluationRecord {
        try await judged(image, key, policy, keeps: keeps).record
    }

    /// The evaluation of an image under a bundle, and whether it had to be computed.
    func judged(
        _ image: ListedImage,
        _ key: EvaluationKey,
        _ policy: PolicyRecord,
        keeps: Bool
    ) async throws -> (record: EvaluationRecord, isNew: Bool) {
        let basis = try await service.store.evaluationBasis(manifest: image.number, account: key.account)
        if keeps, let known = try await service.store.evaluation(key, basis: basis) { return (known, false) }
        let subject = try await subject(image, tag: key.tag)
        let imageID = image.record.imageID
        let (outcome, detail) = try await service.threads.run {
            // It was read before it was stored.
            let bundle = try JSONReader.read(Array(policy.bundle.utf8))
            let outcome = service.policies.evaluate(subject, bundle: bundle)
            return (outcome, outcome.detail(imageID: imageID, tag: key.tag).bytes)
        }
        if keeps {
            let before = try await service.store.keep(outcome, detail: detail, under: key, basis: basis)
            if let before { try await tell(image, key, outcome, before: before) }
            if let kept = try await service.store.evaluation(key, basis: basis) { return (kept, true) }
        }
        let record = EvaluationRecord(
            policyID: key.policyID,
            isPass: outcome.isPass,
            evaluatedAt: try await service.store.now().text,
            evaluatedSeconds: subject.now,
            createdSeconds: subject.now,
            detail: String(decoding: detail, as: UTF8.self)
        )
        return (record, true)
    }

    private func tell(_ image: ListedImage, _ key: EvaluationKey, _ outcome: PolicyOutcome, before: String) async throws
    {
        let details: JSONValue = [
            "tag": .string(key.tag), "policy_id": .string(key.policyID), "from": .string(before),
            "to": .string(outcome.finalAction),
        ]
        try await service.store.note(
            EventRecord(
                account: key.account,
                type: "user.checks.policy_eval.updated",
                message: "The outcome of a policy for an image changed",
                resourceType: "image_digest",
                resourceID: image.record.digest,
                service: "policy_engine",
                host: service.settings.host,
                details: String(decoding: details.bytes, as: UTF8.self)
            )
        )
    }

    private func subject(_ image: ListedImage, tag: String) async throws -> PolicySubject {
        let content = try await service.contents.content(of: image)
        let basis = try await service.store.advisoryBasis(of: content.inventory.distro)
        return PolicySubject(
            digest: image.record.digest,
            imageID: image.record.imageID,
            tag: tag,
            distro: content.inventory.distro,
            packages: content.inventory.packages,
            findings: try await routes.findings(of: image),
            files: try await service.contents.files(of: image),
            dockerfile: image.record.dockerfile.map { String(decoding: $0, as: UTF8.self) },
            documents: try await documents(image),
            size: image.record.size,
            layers: try await service.store.layers(manifest: image.number),
            architecture: image.record.architecture,
            oldestSync: basis.oldestSync,
            hasDistroAdvisories: basis.hasDistroRecords,
            now: try await service.store.now().seconds
        )
    }

    /// An image whose registry is gone is judged by the rest.
    private func documents(_ image: ListedImage) async throws -> ImageDocuments? {
        do { return try await routes.documents(of: image) } catch is AnchoreError { return nil }
    }
}
