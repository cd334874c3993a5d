import Bytes
import OnePassJSON

/// One document of a feed, unpacked.
struct FeedFile: Sendable {
    /// Where it was found, for messages: a path, continued by the names inside archives.
    let name: String
    /// The document; of a compressed XML document only the beginning, as `open()` gives the rest.
    let content: FileBytes
    private let stream: (@Sendable () throws -> any ByteProducer)?

    init(name: String, content: FileBytes) {
        self.name = name
        self.content = content
        stream = nil
    }

    /// A document that is never in memory as a whole.
    init(name: String, start: FileBytes, stream: @escaping @Sendable () throws -> any ByteProducer) {
        self.name = name
        content = start
        self.stream = stream
    }

    /// The document from its beginning, as a stream.
    func open() throws -> any ByteProducer { try stream?() ?? FileProducer(content) }

    /// Whether a document that begins with `bytes` is XML.
    static func isXML(_ bytes: FileBytes) -> Bool {
        let start = bytes.bytes(at: 0, count: min(bytes.count, 64)) ?? []
        let text = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return first == UInt8(ascii: "<")
    }

    /// The whole document; for formats whose documents are small enough to be held so.
    func json(limits: AdvisoryLimits) throws -> JSONValue {
        try checkSize(limits: limits)
        return try content.withUnsafeBytes { bytes in
            try frame { () throws(JSONError) in try JSONReader.parse(bytes, maxDepth: limits.maxDepth) }
        }
    }

    /// Throws where the document is larger than those are that are held as a whole.
    func checkSize(limits: AdvisoryLimits) throws {
        guard content.count <= limits.maxDocumentBytes else {
            throw AdvisoryError(.tooLarge, "\(name): more than \(limits.maxDocumentBytes) bytes")
        }
    }

    /// Turns an error in the frame of the document into one of the file.
    func frame<Value>(_ body: () throws(JSONError) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw AdvisoryError(.damaged, "\(name): \(error)")
        }
    }
}
