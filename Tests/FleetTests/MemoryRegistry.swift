import Foundation
import Glibc
import ScanModel
import Synchronization

/// A registry on the loopback interface that holds its images in memory, counts what it is asked for, and misbehaves
/// where a test says so.
final class MemoryRegistry: Sendable {
    enum Fault: Sendable {
        case status(Int)
        /// As many bytes as there should be, and other ones.
        case garbage
        /// So many bytes at a time, with a pause after each.
        case slow(bytes: Int, microseconds: UInt32)
    }

    struct Request: Sendable {
        let method: String
        let path: String
        let last: String?
    }

    private struct Content {
        var manifests: [String: [String: (type: String, bytes: [UInt8])]] = [:]
        var blobs: [String: [UInt8]] = [:]
        /// By the beginning of the path.
        var faults: [String: Fault] = [:]
        var log: [Request] = []
    }

    private let content = Mutex(Content())
    private let listener: Int32
    let host: String

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, raw, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        host = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { self.acceptAll() }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    func add(_ image: TestImage, as repository: String, tag: String) {
        content.withLock { content in
            let manifest = (image.mediaType, image.manifest)
            content.manifests[repository, default: [:]][tag] = manifest
            content.manifests[repository, default: [:]][image.digest.description] = manifest
            for (digest, bytes) in image.blobs { content.blobs[digest.description] = bytes }
        }
    }

    /// Sets or ends the misbehaviour of every path that begins with `path`, which follows `/v2/`.
    func setFault(_ fault: Fault?, at path: String) { content.withLock { $0.faults["/v2/\(path)"] = fault } }

    func forgetRequests() { content.withLock { $0.log = [] } }

    /// How often each blob was asked for, by digest.
    var blobRequests: [String: Int] {
        content.withLock { content in
            let digests = content.log.filter { $0.method == "GET" && $0.path.contains("/blobs/") }
                .compactMap { $0.path.split(separator: "/").last.map(String.init) }
            return Dictionary(digests.map { ($0, 1) }, uniquingKeysWith: +)
        }
    }

    private func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            Thread.detachNewThread { self.serve(connection) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        while let request = readRequest(connection) {
            let (head, body, pace) = answer(request)
            guard sendAll(connection, Array(head.utf8)[...]) else { return }
            var rest = body[...]
            while !rest.isEmpty {
                guard sendAll(connection, rest.prefix(pace?.bytes ?? rest.count)) else { return }
                rest = rest.dropFirst(pace?.bytes ?? rest.count)
                if let pace { usleep(pace.microseconds) }
            }
        }
    }

    private func answer(_ request: Request) -> (String, [UInt8], (bytes: Int, microseconds: UInt32)?) {
        content.withLock { content in
            content.log.append(request)
            let fault = content.faults.filter { request.path.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }
            var found = Self.find(request, in: content)
            var pace: (Int, UInt32)?
            switch fault?.value {
            case .status(let status): found = (status, "application/json", Array(#"{"errors":[]}"#.utf8))
            case .garbage: found.bytes = found.bytes.map { ~$0 }
            case .slow(let bytes, let microseconds): pace = (bytes, microseconds)
            case nil: break
            }
            var head = "HTTP/1.1 \(found.status) Status\r\nContent-Type: \(found.type)\r\n"
            head += "Content-Length: \(found.bytes.count)\r\n"
            if found.status == 200, request.path.contains("/manifests/") {
                head += "Docker-Content-Digest: \(TestImage.digest(found.bytes))\r\n"
            }
            return (head + "\r\n", request.method == "HEAD" ? [] : found.bytes, pace)
        }
    }

    private static func find(_ request: Request, in content: Content) -> (status: Int, type: String, bytes: [UInt8]) {
        func page(_ field: String, _ names: some Sequence<String>) -> (Int, String, [UInt8]) {
            let names = names.filter { $0 > request.last ?? "" }.sorted().map { "\"\($0)\"" }.joined(separator: ",")
            return (200, "application/json", Array(#"{"\#(field)":[\#(names)]}"#.utf8))
        }
        let parts = request.path.split(separator: "/").map(String.init)
        if parts == ["v2"] { return (200, "application/json", Array("{}".utf8)) }
        if parts == ["v2", "_catalog"] { return page("repositories", content.manifests.keys) }
        if parts.count > 3, let last = parts.last {
            let repository = parts[1..<(parts.count - 2)].joined(separator: "/")
            switch parts[parts.count - 2] {
            case "tags":
                if let tags = content.manifests[repository]?.keys {
                    return page("tags", tags.filter { !$0.contains(":") })
                }
            case "manifests":
                if let manifest = content.manifests[repository]?[last] { return (200, manifest.type, manifest.bytes) }
            case "blobs":
                if let blob = content.blobs[last] { return (200, "application/octet-stream", blob) }
            default: break
            }
        }
        return (404, "application/json", Array(#"{"errors":[]}"#.utf8))
    }

    /// Requests here have no body, and a client waits for the answer before the next.
    private func readRequest(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !bytes.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0, bytes.count < 1 << 16 else { return nil }
            bytes += chunk.prefix(count)
        }
        let words = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\r\n" }.split(separator: " ").map(
            String.init
        )
        guard words.count == 3, let target = URLComponents(string: words[1]) else { return nil }
        return Request(
            method: words[0],
            path: target.path,
            last: target.queryItems?.first { $0.name == "last" }?.value
        )
    }

    private func sendAll(_ connection: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
