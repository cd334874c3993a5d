import CHiredis

/// hiredis's own reply builder, except that an array may not announce more elements than `maxElements`.
///
/// hiredis sets memory aside for all elements that the server announces, before any of them has come; nesting it bounds
/// itself, at seven levels.
enum RedisReader {
    /// Most elements of one array.
    static let maxElements: Int32 = 1_000_000

    /// The functions hiredis gives every reader, and the same with the bound.
    ///
    /// Both are made once, before the first reader uses them, and never change or go away.
    private struct Functions: @unchecked Sendable {
        let original: redisReplyObjectFunctions
        let bounded: UnsafeMutablePointer<redisReplyObjectFunctions>
    }

    private static let functions: Functions? = {
        guard let reader = redisReaderCreate() else { return nil }
        defer { redisReaderFree(reader) }
        guard let original = reader.pointee.fn?.pointee else { return nil }
        let bounded = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        bounded.initialize(to: original)
        bounded.pointee.createArray = { task, count in
            // A null answer makes hiredis fail the connection.
            guard count <= RedisReader.maxElements else { return nil }
            return RedisReader.functions?.original.createArray(task, count)
        }
        return Functions(original: original, bounded: bounded)
    }()

    /// Puts the bound on a reader.
    static func bound(_ reader: UnsafeMutablePointer<redisReader>?) {
        guard let functions else { return }
        reader?.pointee.fn = functions.bounded
    }
}

extension RedisReply {
    /// Copies a reply of hiredis, which nests at most seven levels deep.
    init(_ reply: redisReply) {
        let bytes = UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
        switch reply.type {
        case REDIS_REPLY_STRING: self = .bulk(Array(bytes))
        case REDIS_REPLY_STATUS: self = .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: self = .error(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_INTEGER: self = .integer(Int(reply.integer))
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.element, count: reply.element == nil ? 0 : reply.elements)
            self = .array(elements.map { element in element.map { RedisReply($0.pointee) } ?? .null })
        default: self = .null
        }
    }
}
