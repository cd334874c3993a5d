import NIOCore

/// A reply of a mail server (RFC 5321, section 4.2).
struct SMTPReply: Sendable, Equatable {
    let code: Int
    /// The text of each line.
    let lines: [String]

    var isPositive: Bool { (200..<400).contains(code) }
}

/// Puts replies together from bytes, which come in pieces of any size; bounded.
struct SMTPReplyReader: Sendable {
    private static let maxLine = 4096
    private static let maxLines = 100

    private var pending: [UInt8] = []
    private var lines: [String] = []

    /// Bytes that were given and belong to no reply yet.
    var isEmpty: Bool { pending.isEmpty && lines.isEmpty }

    mutating func append(_ bytes: some Sequence<UInt8>) { pending += bytes }

    /// The next whole reply; `nil` where more bytes are needed.
    ///
    /// Throws for what is none.
    mutating func next() throws(DeliveryError) -> SMTPReply? {
        while let end = pending.firstIndex(of: 0x0A) {
            var line = pending[..<end]
            if line.last == 0x0D { line = line.dropLast() }
            let text = String(decoding: line, as: UTF8.self)
            pending.removeSubrange(...end)
            let digits = text.utf8.prefix(3)
            guard line.count <= Self.maxLine, lines.count < Self.maxLines, digits.count == 3,
                digits.allSatisfy({ (0x30...0x39).contains($0) }), let code = Int(text.prefix(3)),
                (200..<600).contains(code)
            else { throw DeliveryError("the mail server's answer is not SMTP") }
            let mark = text.utf8.dropFirst(3).first
            guard mark == nil || mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-") else {
                throw DeliveryError("the mail server's answer is not SMTP")
            }
            lines.append(String(text.dropFirst(4)))
            guard mark != UInt8(ascii: "-") else { continue }
            defer { lines = [] }
            return SMTPReply(code: code, lines: lines)
        }
        guard pending.count <= Self.maxLine else { throw DeliveryError("the mail server's answer is not SMTP") }
        return nil
    }
}
