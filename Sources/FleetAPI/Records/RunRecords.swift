package import Reports

/// A run as the list of runs shows it.
package struct APIRun: Sendable {
    package static let states = ["requested", "listing", "running", "done", "failed", "cancelled"]
    package static let origins = ["fleet", "api", "watch"]

    package var number: Int
    package var state: String
    package var origin: String
    package var targets: [String]
    package var platform: String?
    package var isInteractive: Bool
    package var requestedAt: String
    package var startedAt: String?
    package var finishedAt: String?
    package var reason: String?

    package init(
        number: Int,
        state: String,
        origin: String,
        targets: [String],
        platform: String?,
        isInteractive: Bool,
        requestedAt: String,
        startedAt: String?,
        finishedAt: String?,
        reason: String?
    ) {
        self.number = number
        self.state = state
        self.origin = origin
        self.targets = targets
        self.platform = platform
        self.isInteractive = isInteractive
        self.requestedAt = requestedAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.reason = reason
    }
}

extension APIRun: APIRecord {
    package static let recordName = "Run"
    package static let fields: [Field<APIRun>] = [
        Field("number", "Its number; later runs have higher ones.") { $0.number },
        Field("state", "How far it is.", among: states) { $0.state },
        Field(
            "origin",
            "fleet: somebody asked for a run; api: a request for one image made it; watch: subscriptions did.",
            among: origins
        ) {
            $0.origin
        },
        Field("targets", "The registries, repositories and images that it covers.") { $0.targets },
        Field(optional: "platform", "The platform that was asked for.") { $0.platform },
        Field("isInteractive", "Whether it goes before bulk runs.") { $0.isInteractive },
        Field(time: "requestedAt", "When it was asked for.") { $0.requestedAt },
        Field(optionalTime: "startedAt", "When a coordinator took it up.") { $0.startedAt },
        Field(optionalTime: "finishedAt", "When it ended.") { $0.finishedAt },
        Field(optional: "reason", "Why it failed.") { $0.reason },
    ]
}

/// A run with what became of its images.
package struct APIRunDetail: Sendable {
    package var run: APIRun
    package var pending: Int
    package var images: RunSummary.Images
    package var layers: RunSummary.Layers
    package var bytes: RunSummary.Traffic
    package var seconds: Double
    package var etaSeconds: Double?
    package var problems: Int

    package init(
        run: APIRun,
        pending: Int,
        images: RunSummary.Images,
        layers: RunSummary.Layers,
        bytes: RunSummary.Traffic,
        seconds: Double,
        etaSeconds: Double?,
        problems: Int
    ) {
        self.run = run
        self.pending = pending
        self.images = images
        self.layers = layers
        self.bytes = bytes
        self.seconds = seconds
        self.etaSeconds = etaSeconds
        self.problems = problems
    }
}

extension APIRunDetail: APIRecord {
    package static let recordName = "RunDetail"
    package static let fields: [Field<APIRunDetail>] = [
        Field("run", "The run.") { $0.run },
        Field("images", "How many images were found, and how many ended in which state.") {
            RunImageCounts(pending: $0.pending, images: $0.images)
        },
        Field("layers", "Distinct layers of its images.") { $0.layers },
        Field("bytes", "Compressed bytes of layers.") { $0.bytes },
        Field("seconds", "How long it took, or goes on since.") { $0.seconds },
        Field(optional: "etaSeconds", "How long it may still take, told from what ended in the last minute.") {
            $0.etaSeconds
        },
        Field("problems", "Targets that could not be listed.") { $0.problems },
    ]
}

struct RunImageCounts: APIRecord {
    let pending: Int
    let images: RunSummary.Images

    static let recordName = "RunImageCounts"
    static let fields: [Field<RunImageCounts>] = [
        Field("found", "All.") { $0.images.found },
        Field("pending", "Without an outcome yet.") { $0.pending },
        Field("analysed", "Analysed in this run.") { $0.images.analysed },
        Field("reused", "Known before.") { $0.images.reused },
        Field("unsupported", "Nothing that can be looked into.") { $0.images.unsupported },
        Field("failed", "Failed.") { $0.images.failed },
        Field("gone", "No longer in the registry.") { $0.images.gone },
    ]
}

extension RunSummary.Layers: APIRecord {
    package static let recordName = "RunLayerCounts"
    package static let fields: [Field<RunSummary.Layers>] = [
        Field("distinct", "All.") { $0.distinct },
        Field("analysed", "Analysed in this run.") { $0.analysed },
        Field("reused", "Known before.") { $0.reused },
        Field("failed", "Set aside.") { $0.failed },
    ]
}

extension RunSummary.Traffic: APIRecord {
    package static let recordName = "RunTraffic"
    package static let fields: [Field<RunSummary.Traffic>] = [
        Field("fetched", "Fetched in this run.") { Int($0.fetched) },
        Field("avoided", "Not fetched, because the layers were known or are shared.") { Int($0.avoided) },
    ]
}

/// An image of a run and what became of it.
package struct APIRunImage: Sendable {
    package static let states = ["pending", "analysed", "reused", "unsupported", "failed", "gone"]

    package var reference: String
    package var digest: String?
    package var image: String?
    package var state: String
    package var reason: String?
    /// The place in the list: the repository's number and the tag.
    package var key: [String]

    package init(
        reference: String,
        digest: String?,
        image: String?,
        state: String,
        reason: String?,
        key: [String]
    ) {
        self.reference = reference
        self.digest = digest
        self.image = image
        self.state = state
        self.reason = reason
        self.key = key
    }
}

extension APIRunImage: APIRecord {
    package static let recordName = "RunImage"
    package static let fields: [Field<APIRunImage>] = [
        Field("reference", "Its name, registry/repository:tag.") { $0.reference },
        Field(optional: "digest", "What the tag named: a manifest or a list of manifests.") { $0.digest },
        Field(optional: "image", "The digest of the image that it came to.") { $0.image },
        Field("state", "What became of it.", among: states) { $0.state },
        Field(optional: "reason", "Why.") { $0.reason },
    ]
}

/// A target of a run that could not be listed.
package struct APIRunProblem: Sendable {
    package var target: String
    package var reason: String

    package init(target: String, reason: String) {
        self.target = target
        self.reason = reason
    }
}

extension APIRunProblem: APIRecord {
    package static let recordName = "RunProblem"
    package static let fields: [Field<APIRunProblem>] = [
        Field("target", "A registry, repository or image; with (catalog) or (tags) behind it a list that has gaps.") {
            $0.target
        },
        Field("reason", "Why it could not be listed, or what is missing.") { $0.reason },
    ]
}
