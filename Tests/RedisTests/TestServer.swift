import Foundation
import Glibc
import Redis
import Testing

extension Tag {
    @Tag static var integration: Self
}

/// The server for the tests, `ops/test-services start DIR` prints its address.
enum TestServer {
    static let url = ProcessInfo.processInfo.environment["TALLYMAN_TEST_REDIS"]

    /// Without a server the tests are skipped, except where they must not be.
    static let isWanted = url != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    static let hint: Comment = "set TALLYMAN_TEST_REDIS; ops/test-services start DIR starts a server and prints it"

    static func connect() async throws -> RedisConnection {
        try await RedisConnection.connect(url: try #require(url, hint))
    }

    /// A key of its own for a test.
    static func key(_ name: String) -> RedisArgument {
        RedisArgument("tallyman-test:\(name):\(UInt64.random(in: 0...UInt64.max))")
    }
}

/// A Redis server of its own, for tests that stop it.
final class PrivateServer {
    let directory: URL
    let arguments: [String]
    private var process: Process?

    var path: String { directory.appending(path: "s").path }

    init(arguments: [String] = []) throws {
        directory = URL(filePath: "/tmp/tr-\(UInt32.random(in: 0...UInt32.max))")
        self.arguments = arguments
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        if let process { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: directory)  // A leftover directory harms no test.
    }

    func start() async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", directory.path] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process = process
        for _ in 0..<3000 where !isListening { try await Task.sleep(for: .milliseconds(10)) }
        try #require(isListening)
    }

    /// Whether the server takes connections: its socket is there a moment before.
    private var isListening: Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The path is an array of C, which is a tuple here.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafeBytes(of: &address) {
            connect(
                descriptor,
                $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_un>.size)
            )
        } == 0
    }

    /// Ends the server; waiting for its end must not hold a thread of the cooperative pool.
    func stop() async throws {
        guard let process else { return }
        // Not SIGTERM: the child inherits the signals that are blocked on the threads of the cooperative pool.
        kill(process.processIdentifier, SIGKILL)
        for _ in 0..<500 where process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        try #require(!process.isRunning)
        self.process = nil
        try FileManager.default.removeItem(atPath: path)
    }
}
