import ArgumentParser
import DedicatedThread
import Foundation
import SyntheticFleet
import SyntheticRegistry

/// The command `tallyman bench registry`, which `bench capacity` starts.
struct BenchRegistry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Serves a synthetic fleet as a registry until standard input ends.",
        shouldDisplay: false
    )

    @Option var profile = BenchCommand.Capacity.Profile.enterprise
    @Option var images = 300
    @Option(help: "Images beyond those.") var added = 0
    @Option var seed: UInt64 = 1
    @Option var scale = 0.05
    @Option(help: "The port on 127.0.0.1; 0 for any.") var port: UInt16 = 0
    @Option(help: "Milliseconds before each answer.") var latency = 0.0
    @Option(help: "Megabits a second of all connections.") var bandwidth: Double?
    @Option(help: "Megabits a second of each connection.") var connectionBandwidth: Double?

    /// What is printed once the registry listens.
    struct Ready: Codable {
        var host: String
        var images: Int
        var layers: Int
        var layerUses: Int
        var distinctBytes: Int64
        var allBytes: Int64
    }

    func run() async throws {
        let outline = FleetOutline(profile: profile.value, images: images, added: added, seed: seed, scale: scale)
        let fleet = try SyntheticFleet(outline: outline) { done, all in
            ConsoleOutput.progress("making the fleet: \(done)/\(all) layers")
        }
        ConsoleOutput.progress(nil)
        var pace = RegistryServer.Pace()
        pace.latency = .milliseconds(latency)
        pace.megabitsPerSecond = bandwidth
        pace.megabitsPerConnection = connectionBandwidth
        let server = try RegistryServer(fleet: fleet, port: port, pace: pace)
        let totals = fleet.totals
        let ready = Ready(
            host: "127.0.0.1:\(server.port)",
            images: totals.images,
            layers: totals.distinctLayers,
            layerUses: totals.layerUses,
            distinctBytes: totals.distinctBytes,
            allBytes: totals.allBytes
        )
        ConsoleOutput.line(String(decoding: try JSONEncoder().encode(ready), as: UTF8.self))
        try startThread(named: "accept") { server.run() }
        // Whoever started this registry holds the other end, and takes it along when it dies.
        await withCheckedContinuation { continuation in
            let thread = Thread {
                while readLine() != nil {}
                continuation.resume()
            }
            thread.start()
        }
        server.stop()
    }
}
