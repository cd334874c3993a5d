import Postgres
import ScanModel
import Store
import Testing

/// Images and plans without a registry: what a lister would have found.
enum SampleFleet {
    static let host = "registry.test"
    static let analysisVersion = "1"

    /// A digest that is `name` in hexadecimal, filled up; at most 32 bytes of it.
    static func digest(_ name: String) throws -> Digest {
        let hex = name.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return try #require(Digest("sha256:" + hex + String(repeating: "0", count: max(0, 64 - hex.utf8.count))))
    }

    static func image(_ repository: String, _ tag: String, layers: [String]) throws -> FoundImage {
        let manifest = try digest("m-" + layers.joined(separator: "-"))
        return FoundImage(
            registry: host,
            repository: repository,
            tag: tag,
            digest: manifest,
            outcome: .image(
                FoundImage.Manifest(
                    digest: manifest,
                    mediaType: MediaType.ociManifest,
                    platform: "linux/amd64",
                    configDigest: try digest("config"),
                    layers: try layers.map { FoundImage.Layer(digest: try digest($0), size: 100) }
                )
            )
        )
    }

    /// The image as a later run meets it: its manifest is in the database.
    static func known(_ repository: String, _ tag: String, layers: [String]) throws -> FoundImage {
        var image = try image(repository, tag, layers: layers)
        image.outcome = .known
        return image
    }

    static func analysedLayer(_ names: [String] = ["hello"], gaps: [CoverageGap] = []) throws -> StoredLayer {
        let path = LayerPath(clean: Array("var/lib/dpkg/status".utf8))
        let evidence = Evidence(
            path: path,
            cataloger: "dpkg",
            packages: names.map { CatalogedPackage(Package(type: .deb, name: $0, version: "1.0", arch: "amd64")) }
        )
        return try StoredLayer(
            AnalysedLayer(
                report: LayerReport(
                    evidence: [evidence],
                    whiteouts: [],
                    opaqueDirectories: [],
                    gaps: gaps,
                    diffID: try digest("diff"),
                    entries: 1,
                    expandedBytes: 1024
                ),
                paths: PathTable([:])
            )
        )
    }

    /// An inventory of deb packages in Debian 12.
    static func inventory(_ packages: [(name: String, version: String)]) -> Inventory {
        Inventory(
            distro: Distro(id: "debian", versionID: "12", name: "Debian 12", codename: "bookworm"),
            packages: packages.map {
                InstalledPackage(
                    package: Package(type: .deb, name: $0.name, version: $0.version, arch: "amd64"),
                    layer: 0,
                    paths: ["var/lib/dpkg/status"]
                )
            },
            gaps: []
        )
    }
}

extension Store {
    /// Begins to list a run, as it is now.
    @discardableResult
    func beginListing(_ id: Int) async throws -> Run { try await beginListing(try #require(try await run(id))) }

    /// Notes what could not be listed in a run, as it is now.
    func addProblem(run id: Int, target: String, reason: String) async throws {
        try await addProblem(run: try #require(try await run(id)), target: target, reason: reason)
    }

    /// Requests a run and lists it; `whole` names repositories that were listed as a whole.
    func plan(_ images: [FoundImage], whole: [String] = [], version: String = SampleFleet.analysisVersion) async throws
        -> Run
    {
        let id = try await requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
        return try await list(id, images, whole: whole, version: version)
    }

    /// Lists a run, as a coordinator does, also one whose listing was begun before.
    func list(
        _ id: Int,
        _ images: [FoundImage],
        whole: [String] = [],
        version: String = SampleFleet.analysisVersion
    ) async throws -> Run {
        let run = try await beginListing(id)
        try await add(images, to: run)
        try await plan(
            run,
            listed: whole.map { ListedRepository(registry: SampleFleet.host, name: $0) },
            analysisVersion: version,
            shards: 4
        )
        return try #require(try await self.run(id))
    }

    func settle(_ run: Run) async throws -> Int {
        try #require(try await settle(run: run, analysisVersion: SampleFleet.analysisVersion, shards: 4))
    }

    /// Queued tasks of a kind, by their numbers.
    func queued(_ kind: TaskKind) async throws -> [Int] {
        try await undispatched(epoch: "none", limit: 1000).filter { $0.kind == kind }.map(\.id).sorted()
    }

    /// Claims a task that must be there to be claimed.
    func claimed(_ task: Int, by worker: String = "w") async throws -> Claim {
        let version = try #require(try await texts("SELECT analysis_version FROM tasks WHERE id = \(task)").first)
        return try #require(
            try await claim(task: task, worker: worker, analysisVersion: version, leaseSeconds: 60)
        )
    }

    /// Analyses whatever layers are queued and folds whatever images are.
    func work(on run: Run, packages: [(name: String, version: String)] = [("hello", "1.0")]) async throws {
        for task in try await queued(.layer) {
            try await merge(try SampleFleet.analysedLayer(), of: try await claimed(task))
        }
        _ = try await settle(run)
        for task in try await queued(.inventory) {
            try await merge(SampleFleet.inventory(packages), of: try await claimed(task))
        }
        _ = try await settle(run)
    }

    /// Lets a task's lease run out and its pause end.
    func letTimePass(task: Int) async throws {
        try await execute(
            """
            UPDATE tasks SET not_before = '-infinity', lease_until = lease_until - interval '1 hour' WHERE id = \(task)
            """
        )
    }

    func taskState(_ task: Int) async throws -> String? {
        try await texts("SELECT state FROM tasks WHERE id = \(task)").first
    }
}
