import Foundation

/// One way in which a registry misbehaves: what it sends instead of its right answer.
package struct Fault: Sendable {
    /// The right answer to a request.
    package struct Answer: Sendable {
        package var status: Int
        package var headers: [(String, String)]
        package var body: [UInt8]
        /// Whether the body is only described, as `HEAD` has it.
        package var isHeadOnly: Bool

        package init(
            _ request: FaultServer.Request,
            _ status: Int,
            _ headers: [(String, String)],
            _ body: [UInt8]
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            isHeadOnly = request.method == "HEAD"
        }

        /// The answer as it should be sent.
        package var steps: [FaultServer.Step] {
            let head = FaultServer.Step.head(status, headers + [("Content-Length", "\(body.count)")])
            return isHeadOnly ? [head] : [head, .bytes(body)]
        }

        /// The same answer with a header added, or replaced where there is one of the name.
        package func with(_ name: String, _ value: String) -> Answer {
            var answer = self
            answer.headers.removeAll { $0.0.lowercased() == name.lowercased() }
            answer.headers.append((name, value))
            return answer
        }
    }

    package let steps: @Sendable (FaultServer.Request, Answer) -> [FaultServer.Step]

    /// Any misbehaviour: from the request and its right answer to what is sent.
    package init(_ steps: @escaping @Sendable (FaultServer.Request, Answer) -> [FaultServer.Step]) {
        self.steps = steps
    }

    /// A status in place of the answer.
    package static func status(_ status: Int, _ headers: [(String, String)] = [], text: String = #"{"errors":[]}"#)
        -> Fault
    {
        Fault { request, _ in Answer(request, status, headers, Array(text.utf8)).steps }
    }

    /// As many bytes as there should be, and other ones.
    package static let garbage = Fault { _, answer in
        var answer = answer
        answer.body = answer.body.map { ~$0 }
        return answer.steps
    }

    /// So many bytes at a time, with a pause after each.
    package static func slow(bytes: Int, microseconds: Int) -> Fault {
        Fault { _, answer in
            let head = FaultServer.Step.head(
                answer.status,
                answer.headers + [("Content-Length", "\(answer.body.count)")]
            )
            guard !answer.isHeadOnly else { return [head] }
            return [head]
                + stride(from: 0, to: answer.body.count, by: bytes).flatMap { start -> [FaultServer.Step] in
                    let part = answer.body[start..<min(start + bytes, answer.body.count)]
                    return [FaultServer.Step.bytes(Array(part)), .pause(.microseconds(microseconds))]
                }
        }
    }

    /// The head, so many bytes of the body, and the end of the connection: by a reset, or as if all were well.
    package static func drop(after bytes: Int, reset: Bool = false) -> Fault {
        Fault { _, answer in
            [
                .head(answer.status, answer.headers + [("Content-Length", "\(answer.body.count)")]),
                .bytes(Array(answer.body.prefix(bytes))), .pause(.milliseconds(20)), reset ? .reset : .close,
            ]
        }
    }

    /// So many bytes of the body without a stated length, and a clean end.
    package static func truncated(to bytes: Int) -> Fault {
        Fault { _, answer in
            [
                .head(answer.status, answer.headers + [("Connection", "close")]),
                .bytes(Array(answer.body.prefix(bytes))),
                .close,
            ]
        }
    }

    /// The body in chunks, without a length.
    package static func chunked(by size: Int) -> Fault {
        Fault { _, answer in
            var body: [UInt8] = []
            for start in stride(from: 0, to: answer.body.count, by: size) {
                let part = answer.body[start..<min(start + size, answer.body.count)]
                body += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8)
            }
            return [
                .head(answer.status, answer.headers + [("Transfer-Encoding", "chunked")]),
                .bytes(body + Array("0\r\n\r\n".utf8)),
            ]
        }
    }

    /// The whole body with 200, whatever range was asked for.
    package static func ignoringRange(_ whole: [UInt8]) -> Fault {
        Fault { request, _ in Answer(request, 200, [], whole).steps }
    }

    /// A redirect.
    package static func redirect(to address: String, status: Int = 307) -> Fault {
        .status(status, [("Location", address)])
    }

    /// A header added to the right answer, or put in the place of its own.
    package static func header(_ name: String, _ value: String) -> Fault {
        Fault { _, answer in answer.with(name, value).steps }
    }

    /// Other bytes in the right answer.
    package static func body(_ bytes: [UInt8]) -> Fault {
        Fault { _, answer in
            var answer = answer
            answer.body = bytes
            return answer.steps
        }
    }

    /// Silence for a while, then the right answer.
    package static func late(by span: Duration) -> Fault { Fault { _, answer in [.pause(span)] + answer.steps } }

    /// The right answer, after something else has been done.
    package static func after(_ act: @escaping @Sendable () -> Void) -> Fault {
        Fault { _, answer in
            act()
            return answer.steps
        }
    }
}
