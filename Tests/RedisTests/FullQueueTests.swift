import Foundation
import Glibc
import Testing

@testable import Redis

@Suite("A UNIX socket whose queue is full")
struct FullQueueTests {
    /// A server that takes nobody, and whose queue is full.
    private final class FullServer {
        let path = "/tmp/tr-full-\(UInt32.random(in: 0...UInt32.max))"
        private let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        private var waiting: [Int32] = []

        init() throws {
            let bound = withAddress { bind(listener, $0, $1) == 0 && listen(listener, 0) == 0 }
            try #require(bound)
            // One more than the queue holds waits for good.
            for _ in 0..<4 {
                let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                waiting.append(client)
                guard withAddress({ connect(client, $0, $1) == 0 }) else { break }
            }
            try #require(errno == EAGAIN)
        }

        deinit {
            for descriptor in waiting + [listener] { close(descriptor) }
            unlink(path)
        }

        /// Takes those that wait.
        func take() {
            for _ in waiting.dropLast() { close(accept(listener, nil, nil)) }
        }

        private func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            // The path is an array of C, which is a tuple here.
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
    }

    @Test("is tried until the server has taken those before")
    func taken() async throws {
        let server = try FullServer()
        let (path, configuration) = (server.path, try RedisConfiguration(url: "unix://\(server.path)"))
        let connecting = Task.detached {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                Thread.detachNewThread {
                    continuation.resume(
                        with: Result { _ = try RedisSocket(configuration, to: .unix(path: path)) }
                    )
                }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        server.take()
        try await connecting.value
    }

    @Test("is given up when the time to connect is over")
    func givenUp() throws {
        let server = try FullServer()
        var configuration = try RedisConfiguration(url: "unix://\(server.path)")
        configuration.connectTimeout = .milliseconds(100)
        let error = #expect(throws: RedisError.self) {
            _ = try RedisSocket(configuration, to: .unix(path: server.path))
        }
        #expect(error?.code == .connectionFailed)
    }
}
