import Foundation
import Glibc
import Synchronization

/// A little HTTP/1.1 server on the loopback interface that answers exactly what a test scripts, faults included.
package final class FaultServer: Sendable {
    package struct Request: Sendable {
        package var method = ""
        /// Path and query.
        package var target = ""
        /// Header values by lower-case name.
        package var headers: [String: String] = [:]
        package var body = ""
        /// When it was read.
        package var time = ContinuousClock.now

        package var path: String { String(target.prefix { $0 != "?" }) }
    }

    package enum Step: Sendable {
        case bytes([UInt8])
        case pause(Duration)
        /// Ends the connection as a finished one does.
        case close
        /// Ends the connection with a reset.
        case reset
    }

    /// Answers a request; the number counts the server's requests from 1.
    package typealias Handler = @Sendable (Request, Int) -> [Step]

    private let listener: LoopbackListener
    private let greeting: [UInt8]
    private let log = Mutex<[Request]>([])

    /// Starts to listen; `greeting` is sent on every connection before anything is read.
    package init(greeting: [UInt8] = [], _ handler: @escaping Handler) throws {
        self.greeting = greeting
        listener = try LoopbackListener()
        listener.acceptAll { self.serve($0, handler) }
    }

    package var port: UInt16 { listener.port }
    package var host: String { listener.host }
    package var url: String { "http://\(host)" }
    package var requests: [Request] { log.withLock { $0 } }

    package func stop() { listener.stop() }

    private func serve(_ connection: Int32, _ handler: Handler) {
        defer { close(connection) }
        var buffer: [UInt8] = []
        guard sendAll(connection, greeting) else { return }
        while let request = readRequest(connection, &buffer) {
            let number = log.withLock { log in
                log.append(request)
                return log.count
            }
            for step in handler(request, number) {
                switch step {
                case .bytes(let bytes):
                    guard sendAll(connection, bytes) else { return }
                case .pause(let duration):
                    usleep(UInt32(duration / .microseconds(1)))
                case .close:
                    shutdown(connection, Int32(SHUT_WR))
                    return
                case .reset:
                    var linger = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                    return
                }
            }
        }
    }

    private func readRequest(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while headEnd == nil {
            headEnd = buffer.indices.first { buffer[$0...].starts(with: end) }
            if headEnd == nil, !receive(connection, &buffer) { return nil }
        }
        guard let headEnd else { return nil }
        let lines = String(decoding: buffer[..<headEnd], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeFirst(headEnd + 4)
        var request = Request()
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        request.method = words[0]
        request.target = words[1]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            request.headers[line[..<colon].lowercased()] = value
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < length { guard receive(connection, &buffer) else { return nil } }
        request.body = String(decoding: buffer.prefix(length), as: UTF8.self)
        buffer.removeFirst(length)
        return request
    }

    private func receive(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk.prefix(count)
        return true
    }

    private func sendAll(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

extension FaultServer.Step {
    /// A head with a status and headers, and nothing after it.
    package static func head(_ status: Int, _ headers: [(String, String)] = []) -> FaultServer.Step {
        let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        return .bytes(Array("HTTP/1.1 \(status) Status\r\n\(lines)\r\n".utf8))
    }
}

extension [FaultServer.Step] {
    /// A whole answer with its length.
    package static func reply(_ status: Int, _ headers: [(String, String)] = [], _ body: [UInt8] = []) -> [FaultServer
        .Step]
    {
        [.head(status, headers + [("Content-Length", "\(body.count)")]), .bytes(body)]
    }

    package static func reply(_ status: Int, _ headers: [(String, String)] = [], text: String) -> [FaultServer.Step] {
        reply(status, headers, Array<UInt8>(text.utf8))
    }

    /// The answer to a `HEAD` request for `body`.
    package static func headOnly(_ headers: [(String, String)], length: Int) -> [FaultServer.Step] {
        [.head(200, headers + [("Content-Length", "\(length)")])]
    }
}
