import Access
import AnchoreAPI
import Foundation
import Logging
import Queue
import ScanModel
import Store
import Synchronization
import TallymanTesting
import Testing
import Web

extension Tag {
    @Tag static var integration: Self
}

/// A server of the API on a database of its own.
struct APIServer: Sendable {
    static let isWanted = ScratchDatabase.isWanted
    static let password = "first-secret"

    let store: Store
    let client: RawClient
    let lookup: FixedLookup

    /// A database with the present schema and no server.
    static func withStore(_ body: (Store) async throws -> Void) async throws {
        try await withDatabase { store in
            _ = try await Migrations.apply(on: store.pool)
            try await body(store)
        }
    }

    /// `change` says what is set otherwise than by default.
    static func with(
        _ change: (inout AnchoreService.Settings) throws -> Void = { _ in },
        certificate: ServerCertificate? = nil,
        guardsPages: Bool = false,
        heavyRequests: Int = 2,
        _ body: (APIServer) async throws -> Void
    ) async throws {
        try await withDatabase { try await serve($0, change, certificate, guardsPages, heavyRequests, body) }
    }

    private static func withDatabase(_ body: (Store) async throws -> Void) async throws {
        try await ScratchDatabase.with { url in
            let store = Store(url: url, connections: 6)
            let result: Result<Void, any Error>
            do { result = .success(try await body(store)) } catch { result = .failure(error) }
            await store.close()
            try result.get()
        }
    }

    private static func serve(
        _ store: Store,
        _ change: (inout AnchoreService.Settings) throws -> Void,
        _ certificate: ServerCertificate?,
        _ guardsPages: Bool,
        _ heavyRequests: Int,
        _ body: (APIServer) async throws -> Void
    ) async throws {
        _ = try await Migrations.apply(on: store.pool)
        let passwords = try PasswordChecks()
        let cheap = PasswordHash.Cost(rounds: 16, blockSize: 1, parallelism: 1)
        _ = try await store.createFirstAdmin(passwordHash: try PasswordHash(password: password, cost: cheap).text)
        let lookup = FixedLookup()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var settings = AnchoreService.Settings(
            analysisVersion: "1",
            shards: 4,
            version: "1.2.3",
            host: "test",
            queue: {},
            workers: { ["w"] },
            syncFeeds: {}
        )
        try change(&settings)
        let service = try AnchoreService(
            store: store,
            passwords: passwords,
            lookup: lookup,
            policies: PolicyEngine(),
            settings: settings,
            logger: logger
        )
        try await service.prepare()
        // The layers of these tests are claimed under a version of their own.
        try await store.setCollection(.nothing)
        let port = try TestCommand.freePort()
        let nowhere = "unix:///nonexistent"
        let made = WebServer(
            listen: "127.0.0.1:\(port)",
            store: store,
            fleet: FleetFigures(store: store, dispatcher: Dispatcher(url: nowhere), board: ProcessBoard(url: nowhere)),
            own: { [] },
            ready: [],
            api: service,
            guardsPages: guardsPages,
            certificate: certificate,
            heavyRequests: heavyRequests,
            logger: logger
        )
        let web = try #require(made)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await web.run() }
            defer { group.cancelAll() }
            let client = RawClient(port: port)
            for _ in 0..<200 {
                if certificate != nil, let open = try? client.connected() {  // it is about to listen
                    close(open)
                    break
                }
                let greeting = try? await client.get("/v1", user: nil)  // it is about to listen
                if greeting?.status == 200 { break }
                try await Task.sleep(for: .milliseconds(25))
            }
            try await body(APIServer(store: store, client: client, lookup: lookup))
        }
    }
}

/// A registry that has what a test says.
final class FixedLookup: RegistryLookup {
    private let held = Mutex<[String: FoundImage]>([:])
    /// Names that no account's own credentials open.
    private let closed = Mutex<Set<String>>([])

    func add(_ image: FoundImage, onlyForFleet: Bool = false) {
        let name = "\(image.registry)/\(image.repository):\(image.tag)"
        held.withLock { $0[name] = image }
        closed.withLock { names in
            names.remove(name)
            if onlyForFleet { names.insert(name) }
        }
    }

    func removeAll() { held.withLock { $0 = [:] } }

    func image(
        registry: String,
        repository: String,
        tag: String,
        digest: Digest?,
        of account: String?
    ) async throws -> FoundImage {
        let name = "\(registry)/\(repository):\(tag)"
        let isClosed = account != nil && closed.withLock { $0.contains(name) }
        guard !isClosed, let found = held.withLock({ $0[name] }) else {
            throw AnchoreError(
                400,
                "cannot fetch image digest/manifest from registry",
                codes: ["REGISTRY_IMAGE_NOT_FOUND"]
            )
        }
        return found
    }

    func tags(registry: String, repository: String, of account: String?) async throws -> [String] {
        let prefix = "\(registry)/\(repository):"
        return held.withLock { $0.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } }
            .sorted()
    }

    func documents(registry: String, repository: String, digest: Digest) async throws -> ImageDocuments {
        throw AnchoreError.notFound("no documents")
    }

    func isPlainHTTP(host: String, user: String, password: String, verify: Bool) async throws -> Bool {
        guard host != "down.test" else { throw AnchoreError(406, "cannot ping", codes: ["REGISTRY_NOT_ACCESSIBLE"]) }
        return !verify
    }

    func isNear(_ host: String) async throws -> Bool { host == "inside.test" }

    func seal(_ password: String) throws -> [UInt8] { Array(password.utf8.reversed()) }

    /// An image of one layer, whose digests are made of its name.
    static func image(_ repository: String, _ tag: String) throws -> FoundImage {
        func digest(_ text: String) throws -> Digest {
            let hex = text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            return try #require(Digest("sha256:" + String((hex + String(repeating: "0", count: 64)).prefix(64))))
        }
        let manifest = try digest("m\(repository)\(tag)")
        let config =
            #"{"architecture":"amd64","os":"linux","created":"2024-05-06T07:08:09.1Z","config":{"Labels":{"team":"core"}},"#
            + #""history":[{"created_by":"/bin/sh -c #(nop)  EXPOSE 22"}]}"#
        return FoundImage(
            registry: "registry.test",
            repository: repository,
            tag: tag,
            digest: manifest,
            outcome: .image(
                FoundImage.Manifest(
                    digest: manifest,
                    mediaType: MediaType.ociManifest,
                    platform: "linux/amd64",
                    configDigest: try digest("c\(repository)\(tag)"),
                    layers: [FoundImage.Layer(digest: try digest("l\(repository)"), size: 100)],
                    documents: ImageDocuments(manifest: Array("{}".utf8), config: Array(config.utf8))
                )
            )
        )
    }
}

extension Store {
    /// Does what workers and a coordinator would: each queued layer holds one package or is `layer`, each image is folded.
    func analyseEverything(layer: StoredLayer? = nil) async throws {
        for run in try await openRuns() {
            for task in try await undispatched(epoch: "none", limit: 1000) where task.kind == .layer {
                guard let claim = try await claim(task: task.id, worker: "w", analysisVersion: "1", leaseSeconds: 60)
                else { continue }
                try await merge(try layer ?? Self.layer(), of: claim)
            }
            _ = try await settle(run: run, analysisVersion: "1", shards: 4)
            for task in try await undispatched(epoch: "none", limit: 1000) where task.kind == .inventory {
                guard let claim = try await claim(task: task.id, worker: "w", analysisVersion: "1", leaseSeconds: 60)
                else { continue }
                try await merge(Self.inventory, of: claim)
            }
            _ = try await settle(run: run, analysisVersion: "1", shards: 4)
            try await finish(run: run.id, state: .done, reason: nil, workers: 1)
        }
    }

    private static let package = Package(
        type: .deb,
        name: "bash",
        version: "5.2-1",
        arch: "amd64",
        licenses: ["GPL-3.0-or-later"]
    )

    private static let distro = Distro(id: "debian", versionID: "12", name: "Debian 12", codename: "bookworm")

    private static var inventory: Inventory {
        Inventory(
            distro: distro,
            packages: [InstalledPackage(package: package, layer: 0, paths: ["/var/lib/dpkg/status"])],
            gaps: []
        )
    }

    private static func layer() throws -> StoredLayer {
        let status = LayerPath("var/lib/dpkg/status")
        return try StoredLayer(
            AnalysedLayer(
                report: LayerReport(
                    evidence: [
                        Evidence(
                            path: LayerPath("etc/os-release"),
                            cataloger: "os-release",
                            distro: distro
                        ),
                        Evidence(path: status, cataloger: "dpkg", packages: [CatalogedPackage(package)]),
                    ],
                    whiteouts: [],
                    opaqueDirectories: [],
                    gaps: [],
                    diffID: Digest("sha256:" + String(repeating: "d", count: 64)),
                    entries: 2,
                    expandedBytes: 1024
                ),
                paths: PathTable([status: .file, LayerPath("etc/os-release"): .file, LayerPath("etc"): .directory])
            )
        )
    }
}
