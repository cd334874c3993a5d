import DedicatedThread
import Foundation
import Registry
import ScanModel
import Testing

@testable import ImageSources

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct `Images that a container engine keeps` {
    /// Answers one request on a UNIX socket as an engine does: the archive of the only image, or `missing` for any other.
    private func engine(
        at path: String,
        name: String,
        archive: [UInt8],
        missing: (status: String, body: String) = ("404 Not Found", #"{"message":"No such image"}"#)
    ) throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(listener, 4) == 0
            }
        }
        try #require(isBound)
        Thread.detachNewThread {
            let connection = accept(listener, nil, nil)
            var request = [UInt8](repeating: 0, count: 4096)
            let count = max(0, recv(connection, &request, request.count, 0))
            let lines = String(decoding: request.prefix(count), as: UTF8.self).split(separator: "\r\n")
            let isKnown = lines.first?.hasPrefix("GET /images/get?names=\(name) ") == true
            // As Go's server, which both engines are built on.
            let hosts = lines.filter { $0.lowercased().hasPrefix("host: ") && $0.count > 6 }
            let status = hosts.count != 1 ? "400 Bad Request" : isKnown ? "200 OK" : missing.status
            let body = isKnown ? archive : Array(missing.body.utf8)
            let head = "HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\r\n"
            let answer = Array(head.utf8) + body
            var sent = 0
            while sent < answer.count {
                let written = answer[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
                guard written > 0 else { break }
                sent += written
            }
            close(connection)
            close(listener)
        }
    }

    private func load(_ source: String, socket: String) async throws -> ScannedImage {
        let loader = ImageLoader(
            pool: try ThreadPool(name: "test", threads: 2),
            client: { fatalError("no registry") },
            environment: ["DOCKER_HOST": "unix://\(socket)", "CONTAINER_HOST": "unix://\(socket)"]
        )
        return try await loader.load(try ImageSource(source))
    }

    @Test(arguments: ["docker", "podman"])
    func `its archive gives what the same archive in a file gives`(kind: String) async throws {
        let scratch = try Scratch()
        let builder = ImageBuilder()
        let archive = builder.dockerArchive(name: "team/app:1").finished
        let socket = "\(scratch.path)/engine.sock"
        try engine(at: socket, name: "team%2Fapp%3A1", archive: archive)
        let image = try await load("\(kind):team/app:1", socket: socket)
        #expect(image.source == "\(kind):team/app:1")
        #expect(image.reference == "team/app:1")
        #expect(image.inventory.packages.map(\.package.name) == ["curl", "libc6"])
    }

    @Test func `an image that it does not keep, and an engine that is not there, are told apart`() async throws {
        let scratch = try Scratch()
        let socket = "\(scratch.path)/engine.sock"
        try engine(at: socket, name: "other", archive: [])
        let missing = await #expect(throws: RegistryError.self) { try await load("docker:app", socket: socket) }
        #expect(missing?.code == .notFound)
        let said = #"{"cause":"image not known","message":"localhost/app: image not known","response":500}"#
        try engine(at: "\(socket)2", name: "other", archive: [], missing: ("500 Internal Server Error", said))
        let unknown = await #expect(throws: RegistryError.self) { try await load("podman:app", socket: "\(socket)2") }
        #expect(unknown?.code == .notFound)
        let away = await #expect(throws: RegistryError.self) {
            try await load("podman:app", socket: "\(scratch.path)/none.sock")
        }
        #expect(away?.code == .unreachable)
        #expect(away?.message.contains("CONTAINER_HOST") == true)
    }

    @Test func `a registry reference in the form of other tools stays one`() throws {
        #expect(try ImageSource("docker://r.example/a:1") == .registry(try #require(ImageReference("r.example/a:1"))))
    }
}
