import ScanModel
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("Faults")
    struct FaultTests {
        private static let good = TestImage(layers: [TestLayer.debian(["good"])])

        /// Scans a registry with one good image and what `prepare` adds, and checks the outcome.
        private func scan(
            _ prepare: (FaultRegistry) -> Void,
            _ check: (Fleet, RunStatus, FaultRegistry) async throws -> Void
        ) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(Self.good, as: "good", tag: "1")
            prepare(registry)
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 2) {
                    try await check(fleet, try await fleet.scan(registry.host), registry)
                }
            }
        }

        private func reason(_ fleet: Fleet, _ run: Int, _ image: String) async throws -> String {
            try #require(try await fleet.store.images(run: run).first { $0.image.hasSuffix(image) }).reason
        }

        @Test("F44: a manifest that is not there is gone, with its reason, and the rest is scanned")
        func missingManifest() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [TestLayer.dpkg(["x"])]), as: "bad", tag: "1")
                registry.setFault(.status(404), at: "bad/manifests/")
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done)
                #expect(try await fleet.outcomes(status.run.id) == ["bad:1 gone", "good:1 analysed"])
                #expect(try await reason(fleet, status.run.id, "bad:1").contains("bad:1"))
            }
        }

        @Test("A configuration that is not there fails its image; the tag is not gone")
        func missingConfig() async throws {
            var image = TestImage(layers: [TestLayer.dpkg(["x"])])
            image.blobs = [:]
            try await scan { registry in
                registry.add(image, as: "bad", tag: "1")
            } _: { (fleet, status, _) async throws in
                #expect(try await fleet.outcomes(status.run.id) == ["bad:1 failed", "good:1 analysed"])
                #expect(try await !reason(fleet, status.run.id, "bad:1").isEmpty)
            }
        }

        @Test("F37: a blob of garbage fails just the images that have it, after all its tries")
        func garbageBlob() async throws {
            let broken = TestLayer.dpkg(["broken"])
            let digest = TestImage.digest(broken)
            try await scan { registry in
                registry.add(TestImage(layers: [TestLayer.debian(["good"]), broken]), as: "bad", tag: "1")
                registry.setFault(.garbage, at: "bad/blobs/\(digest)")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done && status.layersFailed == 1)
                #expect(try await fleet.outcomes(status.run.id) == ["bad:1 failed", "good:1 analysed"])
                #expect(try await reason(fleet, status.run.id, "bad:1").hasPrefix("layer \(digest): "))
                #expect(registry.blobRequests[digest.description] == Store.maxFailures)
                registry.setFault(nil, at: "bad/blobs/\(digest)")
                let again = try await fleet.scan(registry.host)
                #expect(try await fleet.outcomes(again.run.id) == ["bad:1 analysed", "good:1 reused"])
            }
        }

        @Test("Bytes that have their digest and are no layer fail at the first try")
        func malformedLayer() async throws {
            let noLayer =
                Array("this is no archive, however often it is read".utf8) + [UInt8](repeating: 65, count: 2000)
            let digest = TestImage.digest(noLayer)
            try await scan { registry in
                registry.add(TestImage(layers: [noLayer]), as: "bad", tag: "1")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done)
                #expect(try await fleet.outcomes(status.run.id) == ["bad:1 failed", "good:1 analysed"])
                #expect(registry.blobRequests[digest.description] == 1)
            }
        }

        @Test("A repository that refuses is a problem of the run, and the rest is scanned")
        func refusedRepository() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [TestLayer.dpkg(["x"])]), as: "secret", tag: "1")
                registry.setFault(.status(401), at: "secret/")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done)
                #expect(status.run.reason == "1 repository could not be listed")
                #expect(try await fleet.outcomes(status.run.id) == ["good:1 analysed"])
                let problems = try await fleet.store.problems(run: status.run.id)
                #expect(problems.map(\.target) == ["\(registry.host)/secret"])
                #expect(problems.first?.reason.isEmpty == false)
            }
        }

        @Test("An image that refuses fails, and a run of nothing else has failed")
        func refusedImage() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [TestLayer.dpkg(["x"])]), as: "secret", tag: "1")
                registry.setFault(.status(401), at: "secret/manifests/")
            } _: { (fleet, status, registry) async throws in
                #expect(try await fleet.outcomes(status.run.id) == ["good:1 analysed", "secret:1 failed"])
                let alone = try await fleet.scan("\(registry.host)/secret:1")
                #expect(alone.run.state == .failed)
                #expect(alone.run.reason == "none of the 1 images found could be scanned")
            }
        }

        @Test("Where nothing listens the run has failed and says which target; the others are scanned")
        func nothingListens() async throws {
            try await scan { _ in
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done)
                let alone = try await fleet.scan("127.0.0.1:1")
                #expect(alone.run.state == .failed && alone.found == 0)
                #expect(alone.run.reason?.hasPrefix("127.0.0.1:1 could not be listed: ") == true)
                let both = try await fleet.scan("127.0.0.1:1", registry.host)
                #expect(both.run.state == .failed && both.byState == ["reused": 1])
                let nothing = try await fleet.scan("\(registry.host)/none:1")
                #expect(nothing.run.state == .failed && nothing.byState == ["gone": 1])
            }
        }

        @Test(
            "F46, F48: artifacts, Docker's first format and layers kept elsewhere are unsupported, each with its reason"
        )
        func unsupported() async throws {
            try await scan { registry in
                registry.add(
                    TestImage(layers: [[1]], configType: "application/vnd.cncf.helm.config.v1+json"),
                    as: "chart",
                    tag: "1"
                )
                registry.add(.schema1, as: "old", tag: "1")
                let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
                registry.add(TestImage(layers: [[2]], layerType: foreign), as: "windows", tag: "1")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done)
                #expect(
                    try await fleet.outcomes(status.run.id)
                        == ["chart:1 unsupported", "good:1 analysed", "old:1 unsupported", "windows:1 unsupported"]
                )
                #expect(try await reason(fleet, status.run.id, "chart:1").contains("helm"))
                #expect(try await reason(fleet, status.run.id, "windows:1").contains("outside the registry"))
                #expect(try await !reason(fleet, status.run.id, "old:1").isEmpty)
                let alone = try await fleet.scan("\(registry.host)/chart")
                #expect(alone.run.state == .failed && alone.byState == ["unsupported": 1])
            }
        }
    }
}
