import Foundation
import OnePassJSON

/// A document as this module and Foundation read it, to be compared.
enum JSONTree: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    static let numberTooLarge = "a number that is too large"

    /// By this module.
    init(_ bytes: [UInt8], strings: JSONCursor.StringRule = .exact, maxDepth: Int = 64) throws(JSONError) {
        self = try bytes.span.withUnsafeBytes { bytes throws(JSONError) in
            var cursor = JSONCursor(bytes, strings: strings, maxDepth: maxDepth)
            let tree = try JSONTree(&cursor)
            try cursor.end()
            return tree
        }
    }

    private init(_ cursor: inout JSONCursor) throws(JSONError) {
        switch try cursor.kind() {
        case .object:
            try cursor.openObject()
            var members: [String: JSONTree] = [:]
            while let name = try cursor.nextMember() { members[name] = try JSONTree(&cursor) }
            self = .object(members)
        case .array:
            try cursor.openArray()
            var elements: [JSONTree] = []
            while try cursor.nextElement() { elements.append(try JSONTree(&cursor)) }
            self = .array(elements)
        case .string: self = .string(try cursor.string())
        case .number:
            guard let number = try cursor.number().double else { throw cursor.error(Self.numberTooLarge) }
            self = .number(number)
        case .true:
            try cursor.word()
            self = .bool(true)
        case .false:
            try cursor.word()
            self = .bool(false)
        case .null:
            try cursor.word()
            self = .null
        }
    }

    /// By Foundation; `nil` where it refuses.
    init?(foundation bytes: [UInt8]) {
        guard let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) else {
            return nil
        }
        self.init(value)
    }

    private init?(_ value: Any) {
        switch value {
        case is NSNull: self = .null
        case let text as String: self = .string(text)
        case let values as [Any]: self = .array(values.compactMap { JSONTree($0) })
        case let members as [String: Any]: self = .object(members.compactMapValues { JSONTree($0) })
        case let number as NSNumber:
            // Foundation has no other way to tell `true` from 1.
            let isBool = String(cString: number.objCType) == "c"
            self = isBool ? .bool(number.boolValue) : .number(number.doubleValue)
        default: return nil
        }
    }
}
