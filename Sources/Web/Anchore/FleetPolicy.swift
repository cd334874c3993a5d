import Access
import AnchoreAPI
package import Compliance
import DedicatedThread
import Logging
package import ScanModel
package import Store

/// Policies over all images of the fleet, without a server: what did not change since the last time is not judged again.
package struct FleetPolicy: Sendable {
    /// Images of one page of the list.
    private static let pageSize = 200

    /// What judging the fleet came to.
    package struct Verdict: Sendable, Encodable {
        package var policy = ""
        /// Names of images that were looked at, each tag one.
        package var images = 0
        package var passed = 0
        package var failed = 0
        /// Those among them that had to be judged anew.
        package var judged = 0
    }

    private let service: AnchoreService
    private let checks: PolicyChecks
    /// Images judged at a time.
    private let parallel: Int

    package init(store: Store, parallel: Int = 4) throws {
        service = try AnchoreService(
            store: store,
            passwords: try PasswordChecks(),
            lookup: NoRegistry(),
            policies: PolicyEngine(),
            settings: AnchoreService.Settings(
                analysisVersion: "",
                shards: 0,
                version: "",
                host: "fleet",
                queue: {},
                workers: { [] },
                syncFeeds: {}
            ),
            logger: Logger(label: "tallyman.policy")
        )
        checks = PolicyChecks(routes: AnchoreRoutes(service: service))
        self.parallel = max(1, parallel)
    }

    /// Judges every image that a tag names now by an account's active bundle, and keeps what it comes to.
    ///
    /// `nil` where the account has no active bundle.
    package func judgeFleet(
        account: String,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> Verdict? {
        guard let policy = try await service.store.policy(nil, of: account) else { return nil }
        var verdict = Verdict(policy: policy.id)
        try await forEachTag(of: account) { image, tag in
            let judged = try await judge(image, tag, policy)
            return (judged.record.isPass, judged.isNew)
        } done: { isPass, isNew in
            verdict.images += 1
            if isPass { verdict.passed += 1 } else { verdict.failed += 1 }
            if isNew { verdict.judged += 1 }
            progress(verdict.images)
        }
        return verdict
    }

    /// Images under a profile: those named, or all that a tag names now.
    ///
    /// What was judged before is read again.
    package func compliance(
        _ profile: ComplianceProfile,
        images references: [ImageReference],
        account: String
    ) async throws -> [ImageCompliance] {
        let policy = service.record(
            try JSONReader.read(try profile.bundle()),
            of: account,
            isActive: false
        )
        var found: [ImageCompliance] = []
        for reference in references {
            guard let image = try await self.image(reference, account) else {
                throw AnchoreError.notFound("no analysed image of the fleet is named \(reference)")
            }
            found.append(
                try await result(of: image, image.record.tags.first?.fulltag ?? "\(reference)", policy, profile)
            )
        }
        if references.isEmpty {
            try await forEachTag(of: account) { image, tag in
                try await result(of: image, tag, policy, profile)
            } done: {
                found.append($0)
            }
        }
        return found
    }

    private func result(
        of image: ListedImage,
        _ tag: String,
        _ policy: PolicyRecord,
        _ profile: ComplianceProfile
    ) async throws -> ImageCompliance {
        let record = try await judge(image, tag, policy).record
        return try await service.threads.run { try record.compliance(image.record.digest, tag, under: profile) }
    }

    private func judge(
        _ image: ListedImage,
        _ tag: String,
        _ policy: PolicyRecord
    ) async throws -> (record: EvaluationRecord, isNew: Bool) {
        let key = EvaluationKey(
            account: policy.account,
            manifest: image.number,
            tag: tag,
            policyID: policy.id,
            bundleDigest: policy.digest
        )
        return try await checks.judged(image, key, policy, keeps: true)
    }

    private func image(_ reference: ImageReference, _ account: String) async throws -> ListedImage? {
        let selection: ImageSelection =
            if let digest = reference.digest {
                .digest("\(digest)")
            } else {
                .tag(
                    registry: reference.registry,
                    repository: reference.repository,
                    tag: reference.tag ?? "latest"
                )
            }
        let scope = AccountScope(account: account, seesFleet: true)
        return try await service.store.images(selection, in: scope).first { $0.record.status == .analyzed }
    }

    /// Does something for each analysed image under each of its present tags, several at a time.
    private func forEachTag<Result: Sendable>(
        of account: String,
        _ work: @escaping @Sendable (ListedImage, String) async throws -> Result,
        done: (Result) -> Void
    ) async throws {
        let scope = AccountScope(account: account, seesFleet: true)
        var below: Int?
        while let page = try await service.store.imagePage(below: below, limit: Self.pageSize, in: scope) {
            below = page.lowest
            let tags = page.images.filter { $0.record.status == .analyzed }.flatMap { image in
                image.record.tags.filter(\.isCurrent).map { (image, $0.fulltag) }
            }
            try await withThrowingTaskGroup(of: Result.self) { group in
                var rest = tags[...]
                for _ in 0..<parallel {
                    guard let (image, tag) = rest.popFirst() else { break }
                    group.addTask { try await work(image, tag) }
                }
                while let result = try await group.next() {
                    done(result)
                    if let (image, tag) = rest.popFirst() { group.addTask { try await work(image, tag) } }
                }
            }
        }
    }
}

extension EvaluationRecord {
    /// The evaluation by a profile's bundle, control by control.
    fileprivate func compliance(
        _ digest: String,
        _ tag: String,
        under profile: ComplianceProfile
    ) throws -> ImageCompliance {
        let detail = try JSONReader.read(Array(detail.utf8))
        let result = detail["result"]?.members?.first?.value["result"]
        let rows = (result?["rows"]?.array ?? []).compactMap(\.array)
        return ImageCompliance(
            image: tag,
            digest: digest,
            passes: isPass,
            isMapped: detail["matched_mapping_rule"]?.members != nil,
            findings: rows.filter { $0.count >= 9 && $0[7].members == nil }.map { row in
                ImageCompliance.Finding(
                    control: row[8].string ?? "",
                    gate: row[3].string ?? "",
                    trigger: row[4].string ?? "",
                    message: row[5].string ?? ""
                )
            },
            problems: (detail["evaluation_problems"]?.array ?? []).map { problem in
                // `path: cause`.
                let text = problem["details"]?.string ?? ""
                let path = text.prefix { $0 != ":" }
                return ImageCompliance.Problem(
                    path: String(path),
                    cause: String(text.dropFirst(path.count + 2))
                )
            },
            under: profile
        )
    }
}

/// For judging what is stored: no registry is asked, and an image whose documents are not kept is judged by the rest.
private struct NoRegistry: RegistryLookup {
    private static let refusal = AnchoreError.notFound("registries are not asked here")

    func image(registry: String, repository: String, tag: String, digest: Digest?) async throws -> FoundImage {
        throw Self.refusal
    }

    func tags(registry: String, repository: String) async throws -> [String] { throw Self.refusal }

    func documents(registry: String, repository: String, digest: Digest) async throws -> ImageDocuments {
        throw Self.refusal
    }

    func isPlainHTTP(host: String, user: String, password: String, verify: Bool) async throws -> Bool {
        throw Self.refusal
    }

    func seal(_ password: String) throws -> [UInt8] { throw Self.refusal }
}
