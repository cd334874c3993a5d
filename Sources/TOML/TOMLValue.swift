/// A value of a TOML document (TOML 1.1, "Key/Value Pair").
package enum TOMLValue: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    /// A date, a time or both, as the document writes it; its form and ranges have been checked.
    case date(String)
    case array([TOMLValue])
    case table(TOMLTable)

    /// The text of a string; `nil` for anything else, dates included.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    package var boolean: Bool? {
        if case .boolean(let truth) = self { truth } else { nil }
    }

    /// The elements; empty for anything but an array.
    package var elements: [TOMLValue] {
        if case .array(let values) = self { values } else { [] }
    }

    package var table: TOMLTable? {
        if case .table(let table) = self { table } else { nil }
    }

    /// The tables among the elements of an array, as `[[name]]` headers make them.
    package var tables: [TOMLTable] { elements.compactMap(\.table) }

    /// The value `key` of a table; `nil` for anything else.
    package subscript(key: String) -> TOMLValue? { table?[key] }
}

/// A table of a TOML document, in the order of its keys' first mention.
package struct TOMLTable: Hashable, Sendable {
    /// The keys in the document's order.
    package private(set) var keys: [String] = []
    private var values: [String: TOMLValue] = [:]

    package init() {}

    /// The value under `key`; writing to a new key puts it last.
    package internal(set) subscript(key: String) -> TOMLValue? {
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                keys.removeAll { $0 == key }
            }
        }
    }

    package var isEmpty: Bool { keys.isEmpty }
}
