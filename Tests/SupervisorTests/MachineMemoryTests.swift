import Foundation
import Testing

@testable import Supervisor

@Suite("The memory of the machine")
struct MachineMemoryTests {
    /// What is found where the files under `/` are these.
    private func bytes(_ files: [String: String]) throws -> Int {
        let root = FileManager.default.temporaryDirectory.appending(path: "memory-\(UUID())")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }  // best effort
        for (path, content) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try content.write(to: file, atomically: true, encoding: .utf8)
        }
        return MachineMemory.bytes(root: root.path)
    }

    @Test("The smallest limit of our control group and those above it counts, of either version")
    func limits() throws {
        let two = ["proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "70000000\n"]
        #expect(try bytes(two.merging(["sys/fs/cgroup/a/b/memory.max": "max\n"]) { $1 }) == 70_000_000)
        #expect(try bytes(two.merging(["sys/fs/cgroup/a/b/memory.max": "60000000\n"]) { $1 }) == 60_000_000)
        let one = ["proc/self/cgroup": "9:name=systemd:/x\n7:cpu,memory:/x\n"]
        #expect(
            try bytes(one.merging(["sys/fs/cgroup/memory/x/memory.limit_in_bytes": "50000000\n"]) { $1 }) == 50_000_000
        )
        // A container sees its own group at the top, under a path that only the host has.
        #expect(
            try bytes(["proc/self/cgroup": "0::/docker/f00\n", "sys/fs/cgroup/memory.max": "40000000\n"]) == 40_000_000
        )
    }

    @Test("Without a limit, or with files that say something else, it is the machine's")
    func machine() throws {
        let machine = try bytes([:])
        #expect(machine > 100 << 20)
        for text in ["max\n", "0\n", "-1\n", "many\n", "9223372036854771712\n", ""] {
            #expect(try bytes(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": text]) == machine)
        }
        #expect(try bytes(["proc/self/cgroup": "\n:\n0:/\n::::\n"]) == machine)
    }

    @Test("PostgreSQL gets an eighth, between 128 MB and 2 GB")
    func buffers() {
        #expect(
            [512 << 20, 1 << 30, 4 << 30, 24 << 30, .max].map(PrivatePostgres.sharedBuffers) == [
                128, 128, 512, 2048, 2048,
            ]
        )
    }
}
