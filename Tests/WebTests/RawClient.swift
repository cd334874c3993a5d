import AnchoreAPI
import DedicatedThread
import Foundation
import Glibc
import Testing

/// An HTTP client that sends what it is told, byte by byte where it must: the server may be asked anything.
struct RawClient: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        var json: JSONValue? { try? JSONReader.read(body) }  // what is no JSON is none
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Closed: Error {}

    let port: UInt16

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    func get(_ target: String, user: String? = "admin", password: String = APIServer.password) async throws -> Answer {
        try await send("GET", target, user: user, password: password)
    }

    func send(
        _ method: String,
        _ target: String,
        body: String? = nil,
        user: String? = "admin",
        password: String = APIServer.password,
        headers: [String] = []
    ) async throws -> Answer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        if let user { lines.append("Authorization: Basic " + Base64Text.encode(Array("\(user):\(password)".utf8))) }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return try await exchange(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
    }

    /// Sends bytes and reads until the answer of the length that it states is there, or the server closes the connection.
    func exchange(_ bytes: [UInt8]) async throws -> Answer {
        try await ThreadPool(name: "client", threads: 1).run {
            let descriptor = try connected()
            defer { close(descriptor) }
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, 0)
                }
                // A server that refuses a body may close before all of it is sent.
                guard count > 0 else { break }
                sent += count
            }
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                received += buffer[..<count]
                // Where the client keeps the connection open, so does the server.
                guard let answer = try? Self.parse(received),  // its head is not all there yet
                    let length = answer.headers["content-length"].flatMap({ Int($0) })
                else { continue }
                if answer.body.count >= length { break }
            }
            return try Self.parse(received)
        }
    }

    /// Some of what comes next on a connection; nothing at its end.
    func receive(_ descriptor: Int32, most: Int = 4096) async throws -> [UInt8] {
        try await ThreadPool(name: "client", threads: 1).run {
            var buffer = [UInt8](repeating: 0, count: most)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return Array(buffer.prefix(max(0, count)))
        }
    }

    /// A connection that is left open by whoever asks for it.
    func connected() throws -> Int32 {
        // A server that closes early is an answer, not an end of the tests.
        signal(SIGPIPE, SIG_IGN)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var time = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = Self.address(port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw Closed()
        }
        return descriptor
    }

    private static func parse(_ bytes: [UInt8]) throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else { throw Closed() }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first, let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw Closed() }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 {
                headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
            }
        }
        var body = Array(bytes[(end + separator.count)...])
        if headers["transfer-encoding"] == "chunked" { body = unchunked(body) }
        return Answer(status: status, headers: headers, body: body)
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let line = rest.firstIndex(of: UInt8(ascii: "\r")),
            let size = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16), size > 0,
            rest.endIndex - line - 2 >= size
        {
            let start = line + 2
            result += rest[start..<start + size]
            rest = rest[min(start + size + 2, rest.endIndex)...]
        }
        return result
    }
}
