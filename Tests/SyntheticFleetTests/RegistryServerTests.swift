import Foundation
import Logging
import Registry
import ScanModel
import SyntheticFleet
import SyntheticRegistry
import Testing

@Suite("The benchmark's registry")
struct RegistryServerTests {
    private struct NoCredentials: CredentialSource {
        func credential(for host: String) async -> RegistryCredential? { nil }
    }

    private func withRegistry(
        _ pace: RegistryServer.Pace = RegistryServer.Pace(),
        _ body: (RegistryClient, String, SyntheticFleet) async throws -> Void
    ) async throws {
        let fleet = try SyntheticFleet(outline: FleetOutline(profile: .enterprise, images: 33, seed: 4, scale: 0.01))
        let server = try RegistryServer(fleet: fleet, pace: pace)
        Thread.detachNewThread { server.run() }
        let client = RegistryClient(
            options: RegistryOptions(),
            credentials: NoCredentials(),
            logger: Logger(label: "test")
        )
        try await body(client, "127.0.0.1:\(server.port)", fleet)
        try await client.shutdown()
        server.stop()
    }

    @Test("A client lists every repository and tag, and pulls an image whole")
    func clientListsEveryRepository() async throws {
        try await withRegistry { client, host, fleet in
            var repositories: [String] = []
            let summary = try await client.catalog(host) { repositories += $0 }
            #expect(summary.problems.isEmpty)
            #expect(repositories == fleet.repositories)
            let repository = try #require(repositories.first)
            let tags = try await client.tags(host, repository: repository)
            #expect(tags.tags.count == 30)
            let reference = ImageReference(registry: host, repository: repository, tag: tags.tags[0])
            let image = try await client.selectImage(reference, platform: nil)
            let config = try await client.config(host, repository: repository, descriptor: image.manifest.config)
            #expect(config.config.platform?.description == "linux/amd64")
            for layer in image.manifest.layers {
                var count: Int64 = 0
                try await client.streamBlob(
                    registry: host,
                    repository: repository,
                    digest: layer.digest,
                    size: layer.size
                ) { count += Int64($0.count) }
                #expect(count == layer.size)
            }
        }
    }

    @Test("What is not there is not found")
    func whatNotThereNot() async throws {
        try await withRegistry { client, host, _ in
            await #expect(throws: RegistryError.self) { try await client.tags(host, repository: "team-0/app-77") }
            await #expect(throws: RegistryError.self) {
                try await client.resolve(ImageReference(registry: host, repository: "team-0/app-0", tag: "none"))
            }
        }
    }

    @Test("Latency and bandwidth are kept")
    func latencyBandwidthAreKept() async throws {
        var pace = RegistryServer.Pace()
        pace.latency = .milliseconds(30)
        pace.megabitsPerSecond = 8
        try await withRegistry(pace) { client, host, fleet in
            let start = ContinuousClock.now
            let image = try await client.selectImage(
                ImageReference(registry: host, repository: fleet.repositories[0], tag: "1.0"),
                platform: nil
            )
            var bytes: Int64 = 0
            for layer in image.manifest.layers.prefix(3) {
                try await client.streamBlob(
                    registry: host,
                    repository: fleet.repositories[0],
                    digest: layer.digest,
                    size: layer.size
                ) { bytes += Int64($0.count) }
            }
            // Never quicker than the pace; how much slower is the machine's business.
            let least = Double(bytes) / 1_000_000 + 4 * 0.03
            #expect((ContinuousClock.now - start) / .seconds(1) > least * 0.9)
        }
    }
}
