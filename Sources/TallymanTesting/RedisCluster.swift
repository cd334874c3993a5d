import Foundation
import Glibc

/// A Redis Cluster of three servers without replicas, for tests of what a cluster does to a client.
package final class RedisCluster {
    package let ports: [UInt16]
    /// From a server's port to the one where it talks with the others.
    private static let busDistance: UInt16 = 10_000

    private let folder: URL
    private var processes: [UInt16: Process] = [:]

    package var urls: [String] { ports.map { "redis://127.0.0.1:\($0)" } }
    /// One address with all servers.
    package var url: String { "redis://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") }

    package init() throws {
        folder = URL(filePath: "/tmp/tr-\(UInt32.random(in: 0...UInt32.max))")
        var ports: Set<UInt16> = []
        while ports.count < 3 { ports.insert(try TestCommand.freePort(andAbove: Self.busDistance)) }
        self.ports = ports.sorted()
    }

    deinit {
        for process in processes.values { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)  // A leftover folder harms no test.
    }

    /// Starts the servers and waits until the cluster is one.
    package func start() async throws {
        for port in ports {
            let own = folder.appending(path: "\(port)")
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", "",
                "--appendonly", "no", "--dir", own.path, "--cluster-node-timeout", "2000",
                "--cluster-require-full-coverage",
                "no",
            ]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            processes[port] = process
        }
        try await eventually("the servers answer") {
            for port in ports { guard try await ask(port, "PING").contains("PONG") else { return false } }
            return true
        }
        try await TestCommand.run(
            ["redis-cli", "--cluster", "create"] + ports.map { "127.0.0.1:\($0)" }
                + ["--cluster-replicas", "0", "--cluster-yes"]
        )
        try await eventually("the cluster is one") {
            for port in ports {
                let info = try await ask(port, "CLUSTER", "INFO")
                guard info.contains("cluster_state:ok"), info.contains("cluster_known_nodes:3") else { return false }
            }
            return true
        }
    }

    /// What one server answers, followed nowhere.
    @discardableResult
    package func ask(_ port: UInt16, _ words: String...) async throws -> String {
        try await TestCommand.run(["redis-cli", "-p", "\(port)"] + words)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The port of the server that has a key's slot.
    package func owner(of key: String) async throws -> UInt16? {
        let slot = try await ask(ports[0], "CLUSTER", "KEYSLOT", key)
        for port in ports where try await ask(port, "CLUSTER", "COUNTKEYSINSLOT", slot) != "0" { return port }
        return nil
    }

    package func crash(_ port: UInt16) async throws {
        guard let process = processes[port] else { return }
        kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        processes[port] = nil
    }

    private func eventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
        for _ in 0..<300 {
            // A server that does not listen yet is no failure.
            if (try? await isSo()) == true { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestCommand.Failure(description: "waited in vain: \(what)")
    }
}
