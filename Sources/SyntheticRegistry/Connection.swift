import Foundation

/// A request as far as a registry looks at it.
struct Request {
    var method = ""
    var path = ""
    var query: [String: String] = [:]
    var range: String?
    var isLast = false
}

/// One client's connection: reads requests, writes answers; a thread of its own blocks in it.
final class Connection {
    private static let maxHeadBytes = 64 * 1024
    private static let idleSeconds = 120

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var patience = timeval(tv_sec: Self.idleSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    /// The next request; `nil` at the end of the connection, or where it makes no sense.
    func next() -> Request? {
        var searched = 0
        while true {
            if let end = headEnd(from: searched) {
                let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
                buffer.removeFirst(end + 4)
                return Self.parse(lines)
            }
            searched = max(0, buffer.count - 3)
            guard buffer.count < Self.maxHeadBytes, receive() else { return nil }
        }
    }

    /// Sends all of it; whether the client is still there.
    func send(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func headEnd(from start: Int) -> Int? {
        guard buffer.count >= 4 else { return nil }
        return (start...max(start, buffer.count - 4)).first { place in
            place + 4 <= buffer.count && buffer[place] == 13 && buffer[place + 1] == 10 && buffer[place + 2] == 13
                && buffer[place + 3] == 10
        }
    }

    private func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            buffer += chunk.prefix(count)
            return true
        }
    }

    private static func parse(_ lines: [String]) -> Request? {
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3, let target = URLComponents(string: String(words[1])) else { return nil }
        var request = Request(method: String(words[0]), path: target.path)
        for item in target.queryItems ?? [] { request.query[item.name] = item.value }
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2 else { continue }
            switch parts[0].lowercased() {
            case "range": request.range = parts[1]
            case "connection": request.isLast = parts[1].lowercased() == "close"
            default: break
            }
        }
        return request
    }
}
