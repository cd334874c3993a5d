/// A value of a YAML document (YAML 1.2.2), with every scalar as text.
package enum YAMLNode: Sendable, Equatable {
    /// `isPlain` where it stands without quotes, so that `null` and `~` can be told from the words.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])

    /// The text of a scalar; `nil` for a plain null (core schema, section 10.3.2) and for anything but a scalar.
    package var string: String? {
        guard case .scalar(let text, let isPlain) = self else { return nil }
        if isPlain, ["", "~", "null", "Null", "NULL"].contains(text) { return nil }
        return text
    }

    /// The elements of a sequence; empty for anything else.
    package var elements: [YAMLNode] {
        if case .sequence(let nodes) = self { nodes } else { [] }
    }

    /// The entries of a mapping in document order; empty for anything else.
    package var entries: [YAMLEntry] {
        if case .mapping(let entries) = self { entries } else { [] }
    }

    package var isMapping: Bool {
        if case .mapping = self { true } else { false }
    }

    /// The value under `key` of a mapping; `nil` for anything else.
    package subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

    /// The texts among the elements of a sequence.
    package var strings: [String] { elements.compactMap(\.string) }
}

/// One key of a mapping and its value.
package struct YAMLEntry: Sendable, Equatable {
    package var key: String
    package var value: YAMLNode
}

/// Why bytes are not YAML that is read here, with the line (the first is 1) that is wrong.
package struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
    package let line: Int
    package let reason: String

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    package var description: String { "\(reason) in line \(line)" }
}

/// The bounds of reading a document.
package struct YAMLLimits: Sendable {
    package var maxBytes = 16 << 20
    /// Levels of sequences and mappings.
    package var maxDepth = 32
    /// Scalars, sequences and mappings of the document.
    package var maxNodes = 1_000_000

    package init() {}
}
