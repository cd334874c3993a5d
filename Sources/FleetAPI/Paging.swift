import AnchoreAPI
import Crypto
import Foundation

/// Some rows of a list, and where the next ones begin.
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// The key of the last item where more may follow.
    package var next: [String]?

    /// Takes `limit` of the rows, of which one more was asked for; `key` is what the list is ordered by.
    package init(_ rows: [Item], limit: Int, key: (Item) -> [String]) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(key) : nil
    }

    /// Rows with the key of the last one.
    package init(items: [Item], next: [String]?) {
        self.items = items
        self.next = next
    }

    /// The page with its items made into something else.
    package func map<Other>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(transform), next: next)
    }
}

/// Which rows of a list are asked for.
package struct PageRequest: Sendable {
    /// The key of the last row that was seen.
    package var after: [String]?
    package var limit: Int

    package init(after: [String]? = nil, limit: Int) {
        self.after = after
        self.limit = limit
    }

    /// The part of the key at `index` as a number; `otherwise` for the first page.
    ///
    /// Throws where the key has none there.
    package func number(_ index: Int, otherwise: Int) throws(Problem) -> Int {
        guard let after else { return otherwise }
        guard after.indices.contains(index), let number = Int(after[index]) else { throw PageCursor.unknown }
        return number
    }

    /// The part of the key at `index`; `otherwise` for the first page.
    package func text(_ index: Int, otherwise: String) throws(Problem) -> String {
        guard let after else { return otherwise }
        guard after.indices.contains(index) else { throw PageCursor.unknown }
        return after[index]
    }
}

/// A key of a list as clients carry it: opaque, and good only for the list with the filters that it came from.
package enum PageCursor {
    static let unknown = Problem.notFound("there is no page with this cursor in this list with these filters")
    private static let checkBytes = 8

    /// The cursor of `key` in `list`, which names the operation with its filters.
    package static func make(_ key: [String], of list: String) -> String {
        let bytes = JSONValue.strings(key).bytes
        return Base64URL.encode(check(bytes, list) + bytes)
    }

    /// The key of a cursor; throws where it is none of this list.
    package static func read(_ text: String, of list: String) throws(Problem) -> [String] {
        guard let bytes = Base64URL.decode(text), bytes.count > checkBytes else { throw unknown }
        let payload = Array(bytes[checkBytes...])
        guard Array(bytes[..<checkBytes]) == check(payload, list),
            let parts = (try? JSONReader.read(payload))?.array  // what is no JSON is none of ours
        else { throw unknown }
        return parts.compactMap(\.string)
    }

    private static func check(_ payload: [UInt8], _ list: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("tallyman cursor 1\n\(list)\n".utf8) + payload).prefix(checkBytes))
    }
}

/// Base64 for addresses, without padding (RFC 4648, section 5).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// `nil` where `text` is not what ``encode(_:)`` gives.
    static func decode(_ text: String) -> [UInt8]? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded) else { return nil }
        let bytes = Array(data)
        return encode(bytes) == text ? bytes : nil
    }
}

/// A strong validator of an answer (RFC 9110, section 8.8.3): what differs in a byte differs in it.
package enum EntityTag {
    /// The tag of an answer of these bytes, in quotes.
    package static func of(_ bytes: [UInt8]) -> String {
        "\"\(Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(16))))\""
    }

    /// Whether the header `If-None-Match` names `tag` (RFC 9110, section 13.1.2: weakly compared).
    package static func matches(_ tag: String, _ header: String) -> Bool {
        header.split(separator: ",").prefix(100).contains { part in
            let given = part.trimmingCharacters(in: .whitespaces)
            return given == "*" || given == tag || given == "W/\(tag)"
        }
    }
}
