import Foundation
import Glibc
import Synchronization

/// An HTTP proxy on the loopback interface that knows CONNECT alone (RFC 9110, section 9.3.6) and sends every host, by
/// whatever name, to this machine.
package final class TunnelProxy: Sendable {
    private let listener: LoopbackListener
    private let authorization: String?
    private let log = Mutex<[String]>([])

    /// Starts to listen; with `authorization` only requests with just that `Proxy-Authorization` are served.
    package init(authorization: String? = nil) throws {
        self.authorization = authorization
        listener = try LoopbackListener()
        listener.acceptAll { self.serve($0) }
    }

    package var port: UInt16 { listener.port }
    package var host: String { listener.host }

    /// What was asked for, `HOST:PORT` each, in order; those that were turned away begin with `refused `.
    package var tunnels: [String] { log.withLock { $0 } }

    package func stop() { listener.stop() }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        let lines = Self.head(connection)
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3, words[0] == "CONNECT", let colon = words[1].lastIndex(of: ":"),
            let target = UInt16(words[1][words[1].index(after: colon)...])
        else { return Self.send(connection, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n") }
        let told = lines.first { $0.lowercased().hasPrefix("proxy-authorization:") }?
            .drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
        guard authorization == nil || told == authorization else {
            log.withLock { $0.append("refused \(words[1])") }
            let challenge = "Proxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n"
            return Self.send(connection, "HTTP/1.1 407 Proxy Authentication Required\r\n\(challenge)")
        }
        log.withLock { $0.append(words[1]) }
        guard let server = Self.connect(to: target) else {
            return Self.send(connection, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        }
        defer { close(server) }
        Self.send(connection, "HTTP/1.1 200 Connection Established\r\n\r\n")
        let isOver = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            Self.pump(from: server, to: connection)
            isOver.signal()
        }
        Self.pump(from: connection, to: server)
        isOver.wait()
    }

    private static func head(_ connection: Int32) -> [String] {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 16_384, !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), recv(connection, &byte, 1, 0) == 1
        {
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    }

    private static func connect(to port: UInt16) -> Int32? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(server)
            return nil
        }
        return server
    }

    private static func pump(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, Glibc.send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(target, Int32(SHUT_WR))
    }

    private static func send(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
