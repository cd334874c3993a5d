import Foundation
import LayerScan
import Redis
import Store
import TallymanTesting
import Testing
import Worker

extension FleetTests {
    @Suite("A worker whose scratch disk stays full")
    struct ScratchTests {
        /// Images whose packages have to be spooled, and one that needs no room.
        private static func registry() throws -> FaultRegistry {
            let registry = try FaultRegistry()
            for number in 0..<4 {
                registry.add(TestImage(layers: [TestLayer.dpkg(["app-\(number)"])]), as: "app-\(number)", tag: "1")
            }
            registry.add(TestImage(layers: [TestLayer.tar([("srv/a", Array("a".utf8))])]), as: "plain", tag: "1")
            return registry
        }

        /// A folder that goes once its worker has begun takes no file any more, as a full disk does.
        private static func fill(_ folder: TestFolder, beside fleet: Fleet, workers: Int) async throws {
            _ = try await fleet.eventually("the workers give signs of life") {
                try await fleet.connection.command(["ZCARD", "tallyman:workers"]).int == workers ? () : nil
            }
            try FileManager.default.removeItem(at: folder.url)
        }

        /// Runs `body` beside a coordinator, `others` that have room, and a worker that has none and waits `bound` for some.
        private static func withFullWorker(
            beside others: Int,
            bound: Duration,
            _ body: (Fleet, FaultRegistry) async throws -> Void
        ) async throws {
            let registry = try registry()
            defer { registry.stop() }
            let folder = try TestFolder()
            let path = folder.url.path
            let full: @Sendable (inout WorkerSettings) -> Void = { settings in
                settings.limits.memoryBytes = 10
                settings.scratchDirectory = path
                settings.scratchPatience.pause = .milliseconds(200)
                settings.scratchPatience.bound = bound
            }
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: others) {
                    try await fleet.withWorker("full", change: full) {
                        try await fill(folder, beside: fleet, workers: others + 1)
                        try await body(fleet, registry)
                    }
                }
            }
        }

        @Test("and has nobody to stand in for it fails such layers after a while, each at its next try")
        func alone() async throws {
            try await Self.withFullWorker(beside: 0, bound: .seconds(1)) { fleet, registry in
                let status = try await fleet.scan(registry.host)
                #expect(status.byState == ["analysed": 1, "failed": 4])
                let reasons = try await fleet.store.images(run: status.run.id).map(\.reason)
                #expect(reasons.count { $0.contains("no other worker has room") } == 4, "\(reasons)")
                let blames = try await fleet.texts("SELECT failures::text FROM tasks WHERE state = 'dead'")
                #expect(blames == [String](repeating: "1", count: 4))
            }
        }

        @Test("leaves layers to others, which does not count against them")
        func othersDoThem() async throws {
            try await Self.withFullWorker(beside: 1, bound: .seconds(60)) { fleet, registry in
                let status = try await fleet.scan(registry.host)
                #expect(status.byState == ["analysed": 5])
                let blames = try await fleet.texts("SELECT max(failures)::text FROM tasks")
                #expect(blames == ["0"])
            }
        }
    }
}
