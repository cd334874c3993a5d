/// A reply of the server (RESP2).
package enum RedisReply: Sendable, Hashable {
    case null
    case integer(Int)
    /// A short line such as `OK`.
    case status(String)
    /// Any bytes.
    case bulk([UInt8])
    case array([RedisReply])
    /// The server's refusal; `command` throws it, `pipeline` returns it in its place.
    case error(String)
}

extension RedisReply {
    /// Whether there is no value.
    package var isNull: Bool { self == .null }

    /// Text of a bulk or status reply, with invalid UTF-8 repaired; nil for any other reply.
    package var string: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// The bytes of a bulk or status reply; nil for any other reply.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: nil
        }
    }

    /// An integer reply, or a bulk reply that is a decimal number; nil for any other reply.
    package var int: Int? {
        switch self {
        case .integer(let number): number
        case .bulk, .status: string.flatMap { Int($0) }
        default: nil
        }
    }

    /// The elements of an array; nil for any other reply.
    package var array: [RedisReply]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The texts of an array; nil for any other reply, and where an element is not text.
    package var strings: [String]? {
        guard let array else { return nil }
        let texts = array.compactMap { $0.string }
        return texts.count == array.count ? texts : nil
    }

    /// Names and values in turn, as `HGETALL` and `XINFO` answer, numbers as text; nil for any other reply.
    package var pairs: [String: [UInt8]]? {
        guard let array, array.count % 2 == 0 else { return nil }
        var pairs: [String: [UInt8]] = [:]
        pairs.reserveCapacity(array.count / 2)
        for index in stride(from: 0, to: array.count, by: 2) {
            guard let name = array[index].string else { return nil }
            let value = array[index + 1]
            switch value {
            case .bulk, .status: pairs[name] = value.bytes
            case .integer(let number): pairs[name] = Array("\(number)".utf8)
            case .null: continue
            case .array, .error: return nil
            }
        }
        return pairs
    }

    /// Returns the reply, or throws what an error reply says.
    package func get() throws(RedisError) -> RedisReply {
        if case .error(let message) = self { throw RedisError.server(message) }
        return self
    }
}
