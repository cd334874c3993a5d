import CapacityBenchmark
import Foundation
import SyntheticFleet

/// The fleet that a capacity benchmark scans, and the registry process that serves it.
struct CapacityFleet: Sendable {
    let profile: FleetProfile
    let images: Int
    let seed: UInt64
    let scale: Double
    let latencyMilliseconds: Double
    let megabitsPerSecond: Double?

    /// What the report says of it.
    var setup: CapacityReport.Setup {
        CapacityReport.Setup(
            profile: profile.rawValue,
            images: images,
            seed: seed,
            scale: scale,
            latencyMilliseconds: latencyMilliseconds,
            megabitsPerSecond: megabitsPerSecond,
            cores: ProcessInfo.processInfo.activeProcessorCount,
            processor: Self.processor,
            version: BuildVersion.text
        )
    }

    private static var processor: String {
        let text = String(decoding: FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    /// Starts a registry with the first `images` images and `added` more.
    func serve(images: Int, added: Int = 0, port: UInt16 = 0) async throws -> RunningRegistry {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            [
                "bench", "registry", "--profile", profile.rawValue, "--images", "\(images)", "--added", "\(added)",
                "--seed", "\(seed)", "--scale", "\(scale)", "--port", "\(port)", "--latency", "\(latencyMilliseconds)",
            ] + (megabitsPerSecond.map { ["--bandwidth", "\($0)"] } ?? [])
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // Making the digests of a large fleet takes minutes; a thread of the pool must not wait for them.
        let line = await withCheckedContinuation { continuation in
            let thread = Thread {
                var line = Data()
                while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte[0] != 0x0a {
                    line += byte
                }
                continuation.resume(returning: line)
            }
            thread.start()
        }
        guard let ready = try? JSONDecoder().decode(BenchRegistry.Ready.self, from: line) else {  // it said why
            process.terminate()
            throw UnavailableError("the benchmark's registry did not start")
        }
        return RunningRegistry(process: process, input: input, ready: ready)
    }
}

/// A registry process that runs.
final class RunningRegistry: @unchecked Sendable {
    // Rule: the process is started before, and only ended and waited for here, which any thread may do.
    private let process: Process
    private let input: Pipe
    let ready: BenchRegistry.Ready

    init(process: Process, input: Pipe, ready: BenchRegistry.Ready) {
        self.process = process
        self.input = input
        self.ready = ready
    }

    /// The number after the colon of its name.
    var port: UInt16 { ready.host.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// Tells it to end.
    func terminate() {
        try? input.fileHandleForWriting.close()  // a process that is gone needs no word
        process.terminate()
    }

    /// Ends it and waits until it is gone, and its port free: on a thread of its own, as the wait blocks.
    func stop() async {
        terminate()
        await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                process.waitUntilExit()
                continuation.resume()
            }
            thread.start()
        }
    }
}
