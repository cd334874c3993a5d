package import Foundation
import Glibc

/// Runs a program to its end without holding a thread of the cooperative pool.
package enum TestCommand {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What the program printed; throws where it ends with another status than 0.
    @discardableResult
    package static func run(_ words: [String], in folder: URL? = nil) async throws -> String {
        let output = FileManager.default.temporaryDirectory.appending(
            path: "tallyman-out-\(UInt64.random(in: 0...(.max)))"
        )
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }  // A leftover file harms no test.
        let handle = try FileHandle(forWritingTo: output)
        defer { try? handle.close() }  // It is ours alone.
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        let text = String(decoding: FileManager.default.contents(atPath: output.path) ?? Data(), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")): status \(process.terminationStatus): \(text)")
        }
        return text
    }

    /// A free port of the loopback interface, for a server that can only be told one.
    ///
    /// The port that many above it is free as well. Both are below those that the kernel gives to connections and to servers
    /// that leave the choice to it: one that is free now may be such a one's in a moment.
    package static func freePort(andAbove distance: UInt16 = 0) throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<(32_700 - distance))
            if isFree(port), distance == 0 || isFree(port + distance) { return port }
        }
        throw Failure(description: "no free port")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
