import Access
package import AnchoreAPI
package import Compliance
import DedicatedThread
import Logging
package import ScanModel
package import Store

/// Policies over all images of the fleet, without a server: what did not change since the last time is not judged again.
package struct FleetPolicy: Sendable {
    /// Images of one page of the list, whose bases are worked out together: what they share counts once.
    private static let pageSize = 1000
    /// Evaluations whose details are in memory at a time.
    private static let detailBatch = 50

    /// What judging the fleet came to.
    package struct Verdict: Sendable, Encodable {
        package var policy = ""
        /// Names of images that were looked at, each tag one.
        package var images = 0
        package var passed = 0
        package var failed = 0
        /// Those among them that had to be judged anew.
        package var judged = 0
        /// Names that could not be judged: a layer has no report any more, or the image is gone since it was listed.
        package var unjudged = 0
    }

    private let service: AnchoreService
    private let checks: PolicyChecks

    /// Judges with `threads` threads, as the program of this `version`; `moment` is when, in seconds since 1970, `nil` for
    /// now.
    package init(store: Store, version: String, threads: Int = 2, moment: Int? = nil) throws {
        service = try AnchoreService(
            store: store,
            passwords: try PasswordChecks(),
            lookup: NoRegistry(),
            policies: PolicyEngine(),
            settings: AnchoreService.Settings(
                analysisVersion: "",
                shards: 0,
                version: version,
                host: "fleet",
                queue: {},
                workers: { [] },
                syncFeeds: {}
            ),
            threads: max(1, threads),
            logger: Logger(label: "tallyman.policy")
        )
        // While one batch is judged, another is loaded.
        checks = PolicyChecks(
            routes: AnchoreRoutes(service: service),
            fetchesDocuments: false,
            parallel: max(1, threads) + 1,
            moment: moment
        )
    }

    /// Judges every image that a tag names now by an account's active bundle, and keeps what it comes to.
    ///
    /// `nil` where the account has no active bundle.
    package func judgeFleet(
        account: String,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> Verdict? {
        guard let record = try await service.store.policy(nil, of: account) else { return nil }
        let policy = try await checks.compiled(record)
        var verdict = Verdict(policy: record.id)
        try await forEachPage(of: account) { page in
            let verdicts = try await checks.verdicts(page, policy)
            verdict.images += page.count
            verdict.unjudged += page.count - verdicts.count
            for found in verdicts {
                if found.isPass { verdict.passed += 1 } else { verdict.failed += 1 }
                if found.isNew { verdict.judged += 1 }
            }
            progress(verdict.images)
        }
        return verdict
    }

    /// What an image of the fleet comes to by an account's active bundle, judged anew; it is not kept.
    ///
    /// `nil` where there is no such image, or no active bundle.
    package func judgeAnew(_ reference: ImageReference, account: String) async throws -> EvaluationRecord? {
        async let active = service.store.policy(nil, of: account)
        guard let image = try await image(reference, account), let record = try await active,
            let tag = image.record.tags.first?.fulltag
        else { return nil }
        return try await checks.evaluation(of: image, tag: tag, record, keeps: false)
    }

    /// Images under a profile: those named, or all that a tag names now.
    ///
    /// What was judged before is read again. Throws where a named image is not there or cannot be judged; of the fleet's the
    /// report names those.
    package func compliance(
        _ profile: ComplianceProfile,
        images references: [ImageReference],
        account: String
    ) async throws -> ComplianceReport {
        let policy = try await checks.compiled(
            service.record(try JSONReader.read(try profile.bundle()), of: account, isActive: false)
        )
        var found: [ImageCompliance] = []
        for reference in references {
            guard let image = try await self.image(reference, account) else {
                throw AnchoreError.notFound("no analysed image of the fleet is named \(reference)")
            }
            let tag = image.record.tags.first?.fulltag ?? "\(reference)"
            let results = try await results([PolicyChecks.Asked(image: image, tag: tag)], policy, profile)
            guard !results.isEmpty else {
                throw AnchoreError.notFound("\(reference) cannot be judged: scan it again")
            }
            found += results
        }
        var unjudged: [String] = []
        if references.isEmpty {
            try await forEachPage(of: account) { page in
                let results = try await results(page, policy, profile)
                found += results
                let judged = Set(results.map(\.image))
                unjudged += page.map(\.tag).filter { !judged.contains($0) }
            }
        }
        return ComplianceReport(profile, images: found, unjudged: unjudged)
    }

    /// In the order in which images were asked for.
    private func results(
        _ asked: [PolicyChecks.Asked],
        _ policy: CompiledPolicy,
        _ profile: ComplianceProfile
    ) async throws -> [ImageCompliance] {
        let verdicts = try await checks.verdicts(asked, policy)
        let byName = Dictionary(verdicts.map { ($0.asked.subject, $0.id) }) { first, _ in first }
        var found: [ImageCompliance] = []
        var rest = asked[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.detailBatch)
            rest = rest.dropFirst(Self.detailBatch)
            let records = try await service.store.evaluations(batch.compactMap { byName[$0.subject] })
            found += try await service.threads.run {
                try batch.compactMap { asked in
                    try byName[asked.subject].flatMap { records[$0] }?
                        .compliance(asked.image.record.digest, asked.tag, under: profile)
                }
            }
        }
        return found
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
        return try await service.store.images(selection, in: scope, withDockerfiles: false)
            .first { $0.record.status == .analyzed }
    }

    /// Does something for each page of analysed images, each under all of its present tags.
    private func forEachPage(
        of account: String,
        _ work: ([PolicyChecks.Asked]) async throws -> Void
    ) async throws {
        let scope = AccountScope(account: account, seesFleet: true)
        var below: Int?
        while let page = try await service.store.imagePage(
            below: below,
            limit: Self.pageSize,
            in: scope,
            withDockerfiles: false
        ) {
            below = page.lowest
            try await work(
                page.images.filter { $0.record.status == .analyzed }.flatMap { image in
                    image.record.tags.filter(\.isCurrent).map { PolicyChecks.Asked(image: image, tag: $0.fulltag) }
                }
            )
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
        let problems = (detail["evaluation_problems"]?.array ?? []).map { problem in
            // `path: cause`.
            let text = problem["details"]?.string ?? ""
            let path = text.prefix { $0 != ":" }
            return ImageCompliance.Problem(path: String(path), cause: String(text.dropFirst(path.count + 2)))
        }
        // What could not be judged is a row, too.
        let unjudged = Set(problems.map(\.cause))
        return ImageCompliance(
            image: tag,
            digest: digest,
            passes: isPass,
            isMapped: detail["matched_mapping_rule"]?.members != nil,
            findings: rows.filter { row in
                row.count >= 9 && row[7].members == nil && !unjudged.contains(row[5].string ?? "")
            }.map { row in
                ImageCompliance.Finding(
                    control: row[8].string ?? "",
                    gate: row[3].string ?? "",
                    trigger: row[4].string ?? "",
                    message: row[5].string ?? ""
                )
            },
            problems: problems,
            under: profile
        )
    }
}

/// For judging what is stored: no registry is asked, and an image whose documents are not kept is judged by the rest.
private struct NoRegistry: RegistryLookup {
    private static let refusal = AnchoreError.notFound("registries are not asked here")

    func image(
        registry: String,
        repository: String,
        tag: String,
        digest: Digest?,
        of account: String?
    ) async throws -> FoundImage {
        throw Self.refusal
    }

    func tags(registry: String, repository: String, of account: String?) async throws -> [String] { throw Self.refusal }

    func documents(registry: String, repository: String, digest: Digest) async throws -> ImageDocuments {
        throw Self.refusal
    }

    func isPlainHTTP(host: String, user: String, password: String, verify: Bool) async throws -> Bool {
        throw Self.refusal
    }

    func isNear(_ host: String) async throws -> Bool { throw Self.refusal }

    func seal(_ password: String) throws -> [UInt8] { throw Self.refusal }
}
