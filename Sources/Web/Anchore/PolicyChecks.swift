import AnchoreAPI
import DedicatedThread
import Policy
import ScanModel
import Store

/// Evaluations of images, kept as long as what they were computed from stays the same.
struct PolicyChecks: Sendable {
    /// An image under one of its names.
    struct Asked: Sendable {
        let image: ListedImage
        let tag: String

        var subject: EvaluationSubject { EvaluationSubject(manifest: image.number, tag: tag) }
    }

    /// What came of asking.
    struct Verdict: Sendable {
        let asked: Asked
        let isPass: Bool
        /// Whether it had to be judged.
        let isNew: Bool
        /// The evaluation that is kept.
        let id: Int
    }

    /// Images that are loaded, judged and kept together.
    private static let batch = 160
    /// The same where rules read what was collected of files: a layer may have megabytes of that.
    private static let batchWithFiles = 8
    /// Images of a batch that are folded and judged at a time.
    private static let imagesAtOnce = 4
    /// What was judged without the image's documents is judged again after so many seconds: a registry may have them then.
    private static let partialSeconds = 3600

    let routes: AnchoreRoutes
    /// Whether registries are asked for documents of images that were found before documents were kept.
    let fetchesDocuments: Bool
    /// Batches under way at a time.
    private let parallel: Int
    /// When is judged, in seconds since 1970; `nil` for now.
    private let moment: Int?

    var service: AnchoreService { routes.service }
    var memory: EvaluationMemory { service.evaluationMemory }

    init(routes: AnchoreRoutes, fetchesDocuments: Bool = true, parallel: Int = 1, moment: Int? = nil) {
        self.routes = routes
        self.fetchesDocuments = fetchesDocuments
        self.parallel = parallel
        self.moment = moment
    }

    /// The evaluation of an image under a bundle.
    func evaluation(of image: ListedImage, tag: String, _ record: PolicyRecord, keeps: Bool) async throws
        -> EvaluationRecord
    {
        let asked = Asked(image: image, tag: tag)
        let policy = try await compiled(record)
        guard keeps else { return try await unkept(asked, policy) }
        if let verdict = try await verdicts([asked], policy).first,
            let kept = try await service.store.evaluations([verdict.id])[verdict.id]
        {
            return kept
        }
        throw AnchoreRoutes.noImage
    }

    /// Whether images pass a bundle: those of whom nothing changed are not judged again.
    ///
    /// Images that are gone by now, or have a layer without a report, are left out.
    func verdicts(_ asked: [Asked], _ policy: CompiledPolicy) async throws -> [Verdict] {
        let question = question(policy)
        let standing = try await service.store.standing(asked.map(\.subject), question)
        var verdicts = asked.compactMap { asked in
            standing[asked.subject].map { Verdict(asked: asked, isPass: $0.isPass, isNew: false, id: $0.id) }
        }
        let rest = Self.batches(
            asked.filter { standing[$0.subject] == nil },
            of: policy.readsFiles ? Self.batchWithFiles : Self.batch
        )
        try await withThrowingTaskGroup(of: [Verdict].self) { group in
            var waiting = rest[...]
            for _ in 0..<parallel {
                guard let batch = waiting.popFirst() else { break }
                group.addTask { try await judge(batch, policy, question) }
            }
            while let judged = try await group.next() {
                verdicts += judged
                if let batch = waiting.popFirst() { group.addTask { try await judge(batch, policy, question) } }
            }
        }
        return verdicts
    }

    /// A bundle, read now or before.
    func compiled(_ record: PolicyRecord) async throws -> CompiledPolicy {
        if let known = service.compiledPolicies.known(record) { return known }
        let policy = try await service.threads.run { CompiledPolicy(record) }
        service.compiledPolicies.keep(policy)
        return policy
    }

    /// In their order, the names of one image beside each other.
    private static func batches(_ asked: [Asked], of size: Int) -> [[Asked]] {
        var batches: [[Asked]] = []
        var images = 0
        var last: Int?
        for item in asked {
            if item.image.number != last {
                if images % size == 0 { batches.append([]) }
                images += 1
                last = item.image.number
            }
            batches[batches.count - 1].append(item)
        }
        return batches
    }

    private func question(_ policy: CompiledPolicy) -> EvaluationQuestion {
        let reads = policy.reads
        return EvaluationQuestion(
            account: policy.record.account,
            policyID: policy.record.id,
            bundleDigest: policy.record.digest,
            program: "\(service.settings.version).\(PolicyEngine.rules)",
            moment: moment,
            findings: reads.findings,
            scores: reads.scores,
            vendorScores: reads.vendorScores,
            ages: reads.ages,
            distroData: reads.distroData,
            feedAge: { sync, now in
                let sync = sync.map { PolicyInstant(seconds: Int64($0)) }
                let ages = reads.outdated(sync: sync, now: PolicyInstant(seconds: Int64(now)))
                return (reads.feedTime ? [sync?.text ?? "none"] : []).joined() + ages.map { "\($0)d" }.joined()
            }
        )
    }

    private func judge(_ asked: [Asked], _ policy: CompiledPolicy, _ question: EvaluationQuestion) async throws
        -> [Verdict]
    {
        let judged = try await evaluate(asked, policy, question, forKeeping: true)
        let kept = try await service.store.keep(judged.compactMap(\.kept), question)
        return judged.compactMap { item in
            kept[item.asked.subject].map {
                Verdict(asked: item.asked, isPass: $0.isPass, isNew: true, id: $0.id)
            }
        }
    }

    private struct Judged: Sendable {
        let asked: Asked
        let isPass: Bool
        let now: Int
        /// Where it is to be kept, and else the detail: a batch has hundreds.
        var kept: JudgedImage?
        var detail: [UInt8] = []
    }

    /// Judges images by what is stored, without keeping what it comes to.
    private func evaluate(
        _ asked: [Asked],
        _ policy: CompiledPolicy,
        _ question: EvaluationQuestion,
        forKeeping: Bool
    ) async throws -> [Judged] {
        let byImage = Array(Dictionary(grouping: asked, by: \.image.number).values)
        let loaded = try await load(byImage, policy, question, forKeeping: forKeeping)
        return try await withThrowingTaskGroup(of: [Judged].self) { group in
            // No more at a time than threads can work on: each holds its files and packages until it is judged.
            var waiting = byImage[...]
            func startNext() {
                guard let names = waiting.popFirst() else { return }
                group.addTask { try await judge(names, policy, loaded, forKeeping: forKeeping) }
            }
            for _ in 0..<Self.imagesAtOnce { startNext() }
            var judged: [Judged] = []
            while let image = try await group.next() {
                judged += image
                startNext()
            }
            return judged
        }
    }

    /// Judges an image by its names; one that is gone, or has a layer without a report, gives nothing.
    private func judge(
        _ names: [Asked],
        _ policy: CompiledPolicy,
        _ loaded: Loaded,
        forKeeping: Bool
    ) async throws -> [Judged] {
        let material = loaded.material
        let begun = if let known = loaded.begun { known } else { try await begin(names, policy, material) }
        guard let begun, let stored = material.images[begun.image] else { return [] }
        let evaluations = try await service.threads.run {
            var facts = begun.facts
            begun.subject.add(stored.findings, of: loaded.findings, oldestSync: material.oldestSync, to: &facts)
            let now = PolicyInstant(seconds: Int64(material.now))
            return begun.names.map { policy.evaluation(of: facts, tag: $0.asked.tag, now: now, imageRules: $0.rules) }
        }
        let end = begun.subject.documents == nil ? material.now + Self.partialSeconds : nil
        var judged: [Judged] = []
        for (name, evaluation) in zip(begun.names, evaluations) {
            // Where there are many images, each thread has one.
            let parts = loaded.begun == nil ? nil : try await sideBySide(evaluation)
            judged.append(
                try await service.threads.run {
                    let result = evaluation.map { $0.result(parts ?? $0.parts()) }
                    return try self.judged(
                        name.asked,
                        policy.outcome(result),
                        validUntil: result?.validUntil,
                        material,
                        keptUnder: forKeeping ? stored.basis : nil,
                        until: end
                    )
                }
            )
        }
        return judged
    }

    /// The parts of an evaluation that somebody waits for.
    private func sideBySide(_ evaluation: BundleEvaluation?) async throws -> [BundleEvaluation.Part]? {
        guard let evaluation else { return nil }
        return try await withThrowingTaskGroup(of: (Int, BundleEvaluation.Part).self) { group in
            for number in 0..<BundleEvaluation.parts {
                group.addTask { (number, try await service.threads.run { evaluation.run(part: number) }) }
            }
            var parts: [(Int, BundleEvaluation.Part)] = []
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// CPU work.
    private func judged(
        _ asked: Asked,
        _ outcome: PolicyOutcome,
        validUntil: PolicyInstant?,
        _ material: EvaluationMaterial,
        keptUnder basis: String?,
        until end: Int?
    ) throws -> Judged {
        let now = material.now
        let detail = outcome.detail(imageID: asked.image.record.imageID, tag: asked.tag)
        var judged = Judged(asked: asked, isPass: outcome.isPass, now: now)
        if let basis {
            judged.kept = try JudgedImage(
                asked.subject,
                outcome,
                detail: detail,
                basis: basis,
                validUntil: [validUntil.map { Int($0.seconds) }, end].compactMap { $0 }.min(),
                readAt: material.readAt
            )
        } else {
            judged.detail = detail
        }
        return judged
    }

    private func unkept(_ asked: Asked, _ policy: CompiledPolicy) async throws -> EvaluationRecord {
        guard let found = try await evaluate([asked], policy, question(policy), forKeeping: false).first else {
            throw AnchoreRoutes.noImage
        }
        return EvaluationRecord(
            policyID: policy.record.id,
            isPass: found.isPass,
            evaluatedAt: PolicyInstant(seconds: Int64(found.now)).text,
            evaluatedSeconds: found.now,
            createdSeconds: found.now,
            detail: String(decoding: found.detail, as: UTF8.self)
        )
    }
}
