import NIOCore
import NIOHTTP1

/// Where a blob's transfer stands: event in, bytes or refusal out.
///
/// A registry may answer a request for the rest with the rest, with the whole, or with something else; only the first
/// two continue, and never from another byte than the next.
struct BlobTransfer: Sendable {
    let size: Int64
    let subject: String
    /// The bytes handed over so far.
    private(set) var offset: Int64 = 0
    /// The bytes of the present answer that were handed over before.
    private var toSkip: Int64 = 0
    /// The bytes that the present answer may still bring.
    private var expected: Int64 = 0
    /// Whether ranges are asked for; not any more once an answer was for another one.
    private var asksForRanges = true

    init(size: Int64, subject: String) {
        self.size = size
        self.subject = subject
    }

    /// The `Range` header of the next request, where one is due.
    var rangeHeaders: [(name: String, value: String)] {
        asksForRanges && offset > 0 && offset < size ? [("range", "bytes=\(offset)-")] : []
    }

    /// Takes the head of an answer with a status in the two hundreds.
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
            guard contentLength == nil || contentLength == size else {
                throw wrongSize("the registry has \(contentLength ?? 0) bytes")
            }
            toSkip = offset
            expected = size
        case 206 where asked:
            guard let range = contentRange.flatMap({ ContentRange($0) }), range.first == offset, range.last < size,
                (range.total ?? size) == size, (contentLength ?? range.last - offset + 1) == range.last - offset + 1
            else {
                // Another try without a range can still be right.
                asksForRanges = false
                let answered = contentRange.map { PlainText.line($0) } ?? "none"
                throw RegistryError(
                    .badResponse,
                    "\(subject): asked for the bytes from \(offset), answered with the range \(answered)",
                    status: status,
                    isTransient: true
                )
            }
            toSkip = 0
            expected = range.last - offset + 1
        default:
            throw RegistryError(.badResponse, "\(subject): unexpected status \(status)", status: status)
        }
    }

    /// The bytes of a part that are new.
    mutating func take(_ part: ByteBuffer) throws -> [UInt8] {
        let count = Int64(part.readableBytes)
        guard count <= expected else { throw wrongSize("the registry sends more") }
        expected -= count
        let skipped = min(toSkip, count)
        toSkip -= skipped
        offset += count - skipped
        return Array(part.readableBytesView.dropFirst(Int(skipped)))
    }

    /// Takes the end of an answer; throws a transient error where bytes are missing.
    func finish() throws {
        guard offset < size else { return }
        throw RegistryError(.unreachable, "\(subject): ended after \(offset) of \(size) bytes", isTransient: true)
    }

    private func wrongSize(_ what: String) -> RegistryError {
        RegistryError(.badResponse, "\(subject): the manifest says \(size) bytes, \(what)")
    }
}
