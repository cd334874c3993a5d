import DedicatedThread
import Foundation
import ScanModel
package import SyntheticFleet

/// Serves a synthetic fleet as a registry does (OCI distribution-spec v1.1, "Pull"), on the loopback interface, no faster
/// than it is told to be.
///
/// Every connection has a thread, which may sleep: as simple as a server can be, and exact enough to measure against.
package final class RegistryServer: Sendable {
    /// How slow the registry is.
    package struct Pace: Sendable {
        /// What each request waits before its answer.
        package var latency = Duration.zero
        /// Megabits a second of all connections together.
        package var megabitsPerSecond: Double?
        /// Megabits a second of each connection.
        package var megabitsPerConnection: Double?

        package init() {}
    }

    private static let backlog: Int32 = 512
    private static let page = 1000
    /// What is handed to the socket at once where bytes are paced.
    private static let pacedBytes = 16 * 1024

    /// The port that was asked for, or the one that the kernel gave for 0.
    package let port: UInt16
    private let listener: Int32
    private let fleet: SyntheticFleet
    private let pace: Pace
    private let total: Pacer?

    /// Listens on a port of 127.0.0.1; throws where that is not possible.
    package init(fleet: SyntheticFleet, port wanted: UInt16 = 0, pace: Pace = Pace()) throws {
        self.fleet = fleet
        self.pace = pace
        total = Pacer(megabitsPerSecond: pace.megabitsPerSecond)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && listen(descriptor, Self.backlog) == 0
                    && getsockname(descriptor, raw, &length) == 0
            }
        }
        guard isBound else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw RegistryServerError(description: "port \(wanted) of 127.0.0.1 cannot be listened on: \(reason)")
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    /// Accepts connections until `stop()`; blocks the calling thread.
    package func run() {
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard descriptor >= 0 else { break }
            do {
                try startThread(named: "registry") { self.serve(Connection(descriptor)) }
            } catch {
                close(descriptor)
            }
        }
        close(listener)
    }

    /// Ends `run()`; connections that are open end with their clients.
    package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ connection: Connection) {
        let pacer = Pacer(megabitsPerSecond: pace.megabitsPerConnection)
        while let request = connection.next() {
            if pace.latency > .zero { sleepThread(pace.latency) }
            guard answer(request, connection, pacer), !request.isLast else { return }
        }
    }

    private func answer(_ request: Request, _ connection: Connection, _ pacer: Pacer?) -> Bool {
        guard request.method == "GET" || request.method == "HEAD" else {
            return send(405, [], Array("{}".utf8), request, connection)
        }
        let words = request.path.split(separator: "/").map(String.init)
        guard words.first == "v2" else { return send(404, [], Array("{}".utf8), request, connection) }
        if words.count == 1 { return send(200, [], Array("{}".utf8), request, connection) }
        if words.count == 2, words[1] == "_catalog" {
            return list("repositories", fleet.repositories, name: nil, request, connection)
        }
        guard words.count >= 4 else { return send(404, [], Array("{}".utf8), request, connection) }
        let repository = words[1..<words.count - 2].joined(separator: "/")
        let last = words[words.count - 1]
        switch words[words.count - 2] {
        case "tags":
            guard let tags = fleet.tags(of: repository) else { break }
            return list("tags", tags, name: repository, request, connection)
        case "manifests":
            guard let digest = Digest(last) ?? fleet.digest(of: repository, tag: last),
                let bytes = fleet.manifest(digest)
            else { break }
            let headers = [
                ("Content-Type", SyntheticFleet.manifestType), ("Docker-Content-Digest", digest.description),
            ]
            return send(200, headers, bytes, request, connection)
        case "blobs":
            guard let digest = Digest(last), let blob = fleet.blob(digest) else { break }
            return send(blob.content, size: blob.size, request, connection, pacer)
        default: break
        }
        return send(404, [], Array(#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#.utf8), request, connection)
    }

    /// One page of a list (distribution-spec v1.1, "Listing Tags").
    private func list(
        _ key: String,
        _ all: [String],
        name: String?,
        _ request: Request,
        _ connection: Connection
    ) -> Bool {
        let size = min(Self.page, request.query["n"].flatMap(Int.init).map { max(1, $0) } ?? Self.page)
        let start = request.query["last"].map { last in (all.firstIndex(of: last) ?? all.count - 1) + 1 } ?? 0
        let page = all.dropFirst(start).prefix(size)
        var headers = [("Content-Type", "application/json")]
        if start + page.count < all.count, let last = page.last {
            let query = "n=\(size)&last=\(last.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            headers.append(("Link", "<\(request.path)?\(query)>; rel=\"next\""))
        }
        let items = page.map { "\"\($0)\"" }.joined(separator: ",")
        let name = name.map { #""name":"\#($0)","# } ?? ""
        return send(200, headers, Array(#"{\#(name)"\#(key)":[\#(items)]}"#.utf8), request, connection)
    }

    private func send(
        _ content: SyntheticFleet.Content,
        size: Int64,
        _ request: Request,
        _ connection: Connection,
        _ pacer: Pacer?
    ) -> Bool {
        var start: Int64 = 0
        var headers = [("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes")]
        if let range = request.range {
            // Only the form that asks for the rest: nobody who pulls layers uses another.
            let text = range.trimmingPrefix("bytes=")
            if text.hasSuffix("-"), let first = Int64(text.dropLast()), (0..<size).contains(first) {
                start = first
                headers.append(("Content-Range", "bytes \(first)-\(size - 1)/\(size)"))
            }
        }
        guard connection.send(head(start > 0 ? 206 : 200, headers, length: size - start)[...]) else { return false }
        guard request.method == "GET" else { return true }
        switch content {
        case .bytes(let bytes): return connection.send(bytes[Int(start)...])
        case .layer(let place):
            var isThere = true
            do {
                try fleet.read(layer: place, from: start) { piece in
                    isThere = self.sendPaced(piece, connection, pacer)
                    return isThere
                }
            } catch {
                return false
            }
            return isThere
        }
    }

    private func sendPaced(_ piece: ArraySlice<UInt8>, _ connection: Connection, _ pacer: Pacer?) -> Bool {
        guard total != nil || pacer != nil else { return connection.send(piece) }
        var rest = piece
        while !rest.isEmpty {
            let part = rest.prefix(Self.pacedBytes)
            pacer?.pass(part.count)
            total?.pass(part.count)
            guard connection.send(part) else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    private func send(
        _ status: Int,
        _ headers: [(String, String)],
        _ body: [UInt8],
        _ request: Request,
        _ connection: Connection
    ) -> Bool {
        let head = head(status, headers, length: Int64(body.count))
        return connection.send(request.method == "HEAD" ? head[...] : (head + body)[...])
    }

    private func head(_ status: Int, _ headers: [(String, String)], length: Int64) -> [UInt8] {
        let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        return Array(
            "HTTP/1.1 \(status) \(status < 300 ? "OK" : "No")\r\n\(lines)Content-Length: \(length)\r\n\r\n".utf8
        )
    }
}

/// Why the registry cannot serve.
package struct RegistryServerError: Error, CustomStringConvertible {
    package let description: String
}
