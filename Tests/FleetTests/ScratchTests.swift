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

        private static func work(_ fleet: Fleet, in folder: TestFolder, bound: Duration) async throws {
            try await fleet.work("full") { settings in
                settings.limits.memoryBytes = 10
                settings.scratchDirectory = folder.url.path
                settings.scratchPatience.pause = .milliseconds(200)
                settings.scratchPatience.bound = bound
            }
        }

        @Test("and has nobody to stand in for it fails such layers after a while, each at its next try")
        func alone() async throws {
            let registry = try Self.registry()
            defer { registry.stop() }
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await fleet.coordinate() }
                    group.addTask { try await Self.work(fleet, in: folder, bound: .seconds(1)) }
                    try await Self.fill(folder, beside: fleet, workers: 1)
                    let status = try await fleet.scan(registry.host)
                    #expect(status.byState == ["analysed": 1, "failed": 4])
                    let reasons = try await fleet.store.images(run: status.run.id).map(\.reason)
                    #expect(reasons.count { $0.contains("no other worker has room") } == 4, "\(reasons)")
                    let blames = try await fleet.texts("SELECT failures::text FROM tasks WHERE state = 'dead'")
                    #expect(blames == [String](repeating: "1", count: 4))
                }
            }
        }

        @Test("leaves layers to others, which does not count against them")
        func othersDoThem() async throws {
            let registry = try Self.registry()
            defer { registry.stop() }
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await fleet.coordinate() }
                    group.addTask { try await fleet.work("roomy") }
                    group.addTask { try await Self.work(fleet, in: folder, bound: .seconds(60)) }
                    try await Self.fill(folder, beside: fleet, workers: 2)
                    let status = try await fleet.scan(registry.host)
                    #expect(status.byState == ["analysed": 5])
                    #expect(try await fleet.texts("SELECT max(failures)::text FROM tasks") == ["0"])
                }
            }
        }
    }
}
