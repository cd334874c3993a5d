import Foundation
import Testing

extension FleetTests {
    @Suite("Chaos", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct ChaosTests {
        /// The short form of what `ops/chaos` does for as long as one likes; its own servers, its own registry.
        @Test("A fleet in which a dozen things break loses, doubles and blocks nothing", .timeLimit(.minutes(8)))
        func shortForm() async throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
            let program: URL = try #require(ServiceProcess.binary, ServiceProcess.hint)
            let log = FileManager.default.temporaryDirectory.appending(
                path: "chaos-\(UInt64.random(in: 0...(.max))).log"
            )
            #expect(FileManager.default.createFile(atPath: log.path, contents: nil))
            defer { try? FileManager.default.removeItem(at: log) }  // A leftover file harms no test.
            let chaos = Process()
            chaos.executableURL = URL(filePath: "/usr/bin/env")
            let script = root.appending(path: "ops/chaos").path
            chaos.arguments = ["python3", script, "--minutes", "1", "--faults", "12", "--seed", "11"]
            chaos.environment = ProcessInfo.processInfo.environment.merging(["TALLYMAN_BINARY": program.path]) { $1 }
            let output = try FileHandle(forWritingTo: log)
            chaos.standardOutput = output
            chaos.standardError = output
            try chaos.run()
            defer { chaos.terminate() }
            while chaos.isRunning { try await Task.sleep(for: .milliseconds(100)) }
            let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
            #expect(chaos.terminationStatus == 0, "\(text)")
            #expect(text.contains("lost 0, doubled 0, stuck 0, reports that differ 0"))
        }
    }
}
