import NIOCore
import NIOHTTP1

/// Where a blob's transfer stands: event in, bytes or refusal out.
///
/// A registry may answer a request for the rest with the rest, with the whole, or with something else; only the first
/// two continue, and never from another byte than the next.
struct BlobTransfer: Sendable {
    /// What the size that a manifest states is worth.
    enum SizeRule: Sendable {
        /// The blob must have it.
        case binding
        /// The registry knows better. Where many images share a blob, one that states a wrong size must not spoil it for
        /// the others; the digest tells in the end whether the bytes are right.
        case hint
    }

    private(set) var size: Int64
    let subject: String
    /// The bytes handed over so far.
    private(set) var offset: Int64 = 0
    /// The bytes of the present answer that were handed over before.
    private var toSkip: Int64 = 0
    /// The bytes that the present answer may still bring; `nil` where it does not say and any number may be right.
    private var expected: Int64? = 0
    /// Whether ranges are asked for; not any more once an answer was for another one.
    private var asksForRanges = true
    /// Whether `size` is what the blob has to have, from the manifest or from the registry's first answer.
    private var isSizeKnown: Bool
    /// Whether the registry has said that there is nothing after `offset`.
    private(set) var isComplete = false

    init(size: Int64, rule: SizeRule = .binding, subject: String) {
        self.size = size
        self.subject = subject
        isSizeKnown = rule == .binding
    }

    /// The `Range` header of the next request, where one is due.
    var rangeHeaders: [(name: String, value: String)] {
        asksForRanges && offset > 0 && (offset < size || !isSizeKnown) ? [("range", "bytes=\(offset)-")] : []
    }

    /// Takes the head of an answer with a status in the two hundreds, or 416.
    mutating func begin(_ reply: HTTPExchangeReply) throws {
        try begin(
            status: reply.status,
            contentLength: reply.contentLength,
            contentRange: reply.headers.first(name: "content-range")
        )
    }

    mutating func begin(status: Int, contentLength: Int64?, contentRange: String?) throws {
        let asked = !rangeHeaders.isEmpty
        switch status {
        case 200:
            if !isSizeKnown, let contentLength, contentLength >= offset { learn(contentLength) }
            guard contentLength == nil || contentLength == size else {
                throw wrongSize("the registry has \(contentLength ?? 0) bytes")
            }
            toSkip = offset
            expected = isSizeKnown ? size : nil
        case 206 where asked:
            let stated = contentRange.flatMap { ContentRange($0) }
            if !isSizeKnown, let total = stated?.total, total >= offset { learn(total) }
            guard let range = stated, range.first == offset, range.last < size || !isSizeKnown,
                !isSizeKnown || (range.total ?? size) == size,
                (contentLength ?? range.last - offset + 1) == range.last - offset + 1
            else {
                let answered = contentRange.map { PlainText.line($0) } ?? "none"
                throw withoutRanges("answered with the range \(answered)", status: status)
            }
            toSkip = 0
            expected = range.last - offset + 1
        case 416 where asked:
            let total = contentRange.flatMap { ContentRange.totalOfUnsatisfied($0) }
            if !isSizeKnown, total == offset {
                learn(offset)
                isComplete = true
                return
            }
            guard total == nil || total == size || !isSizeKnown else {
                throw wrongSize("the registry has \(total ?? 0) bytes")
            }
            throw withoutRanges("answered that there is no such range", status: status)
        default:
            throw RegistryError(.badResponse, "\(subject): unexpected status \(status)", status: status)
        }
    }

    /// The bytes of a part that are new.
    mutating func take(_ part: ByteBuffer) throws -> [UInt8] {
        let count = Int64(part.readableBytes)
        if let expected {
            guard count <= expected else { throw wrongSize("the registry sends more") }
            self.expected = expected - count
        }
        let skipped = min(toSkip, count)
        toSkip -= skipped
        offset += count - skipped
        return Array(part.readableBytesView.dropFirst(Int(skipped)))
    }

    /// Takes the end of an answer; throws a transient error where bytes are missing.
    ///
    /// Where nobody has said how many there are, fewer than the manifest states count as missing too: the next answer tells.
    func finish() throws {
        guard offset < size, !isComplete else { return }
        throw RegistryError(.unreachable, "\(subject): ended after \(offset) of \(size) bytes", isTransient: true)
    }

    private mutating func learn(_ size: Int64) {
        self.size = size
        isSizeKnown = true
    }

    /// Another try without a range can still be right.
    private mutating func withoutRanges(_ what: String, status: Int) -> RegistryError {
        asksForRanges = false
        return RegistryError(
            .badResponse,
            "\(subject): asked for the bytes from \(offset), \(what)",
            status: status,
            isTransient: true
        )
    }

    private func wrongSize(_ what: String) -> RegistryError {
        RegistryError(.badResponse, "\(subject): there should be \(size) bytes, \(what)")
    }
}
