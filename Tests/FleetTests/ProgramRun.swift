import Foundation
import Testing

/// One command of the built program, run to its end.
struct ProgramRun {
    /// Longer than anything takes here.
    private static let patience = Duration.seconds(120)

    let status: Int32
    let output: String
    let errors: String

    /// Runs the program in a folder of the test's own, with `environment` and nothing of the user's settings; Ctrl-C is
    /// pressed as soon as `interruptedWhen` says so.
    ///
    /// With `ignoringInterrupts` it is started as `nohup` starts programs; with `shell`, by this command of a shell, in which
    /// `"$0" "$@"` is the program with its arguments.
    init(
        _ arguments: [String],
        in folder: TestFolder,
        environment: [String: String] = [:],
        ignoringInterrupts: Bool = false,
        shell: String? = nil,
        interruptedWhen: (() async throws -> Bool)? = nil
    ) async throws {
        let process = Process()
        let program: URL = try #require(ServiceProcess.binary, ServiceProcess.hint)
        let shell = ignoringInterrupts ? #"trap '' INT; exec "$0" "$@""# : shell
        process.executableURL = shell == nil ? program : URL(filePath: "/bin/sh")
        process.arguments = (shell.map { ["-c", $0, program.path] } ?? []) + arguments
        process.currentDirectoryURL = folder.url
        process.environment = ["HOME": folder.url.path, "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        // Files, not pipes: a pipe that nobody empties would stop the program.
        let streams = try ["out", "err"].map { name in
            let file = folder.url.appending(path: "\(name)-\(UInt64.random(in: 0...(.max)))")
            try Data().write(to: file)
            return (file, try FileHandle(forWritingTo: file))
        }
        process.standardOutput = streams[0].1
        process.standardError = streams[1].1
        try process.run()
        var interrupt = interruptedWhen
        var end = ContinuousClock.now + Self.patience
        while process.isRunning {
            if ContinuousClock.now > end {
                Issue.record("\(arguments.joined(separator: " ")) does not end")
                process.terminate()
                end += Self.patience
            }
            if try await interrupt?() == true {
                process.interrupt()
                interrupt = nil
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        status = process.terminationStatus
        output = String(decoding: try Data(contentsOf: streams[0].0), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: streams[1].0), as: UTF8.self)
    }

    /// The output as JSON.
    func object() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(errors)")
    }
}

/// A temporary folder with files of a test.
final class TestFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }  // What stays behind is in the temporary folder.

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
    }
}
