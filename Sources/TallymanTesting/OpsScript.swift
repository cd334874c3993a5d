import Foundation

/// A script in the package's folder `ops` that validates files with programs of others.
package struct OpsScript: Sendable {
    private let path: String

    package init(_ name: String) {
        path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/ops/" + name
    }

    /// Whether it has the programs that it runs: what it answers to `--check`.
    package var isInstalled: Bool {
        (try? run(["--check"]))?.status == 0  // A script that does not start is not there.
    }

    /// Waits for the script's end; `output` is what it printed, on either stream.
    package func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
