import Foundation
import Glibc
import Testing

/// A part of the fleet as a real process of the built program.
final class ServiceProcess {
    private let process = Process()

    /// The program: `TALLYMAN_BINARY`, or what the debug build has made.
    static var binary: URL? {
        if let path = ProcessInfo.processInfo.environment["TALLYMAN_BINARY"] { return URL(filePath: path) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        return [
            URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent(),
            root.appending(path: ".build/debug"),
        ]
        .map { $0.appending(path: "tallyman") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    static let isWanted = binary != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    static let hint: Comment = "build the program, or name it in TALLYMAN_BINARY"

    /// Whether these tests run under `nohup`, and so all that they start.
    static var isHangupIgnored: Bool {
        // Where there is no such file, nothing says so.
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let mask = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }?.split(separator: "\t").last
        return (mask.flatMap { UInt64($0, radix: 16) } ?? 0) & 1 == 1
    }

    init(_ arguments: String..., in fleet: Fleet) throws {
        let program: URL = try #require(Self.binary, Self.hint)
        process.executableURL = program
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["TALLYMAN_POSTGRES"] = fleet.postgres
        environment["TALLYMAN_REDIS"] = fleet.redis
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    var isRunning: Bool { process.isRunning }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Ends the process as a crash does, and waits for its end without holding a thread of the cooperative pool.
    func crash() async throws {
        send(SIGKILL)
        while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
    }
}
