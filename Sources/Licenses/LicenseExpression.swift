/// A licence expression (SPDX specification v2.3, Annex D): licences joined by `AND`, `OR` and `WITH`.
package struct LicenseExpression: Hashable, Sendable, CustomStringConvertible {
    /// One licence of an expression.
    package struct License: Hashable, Sendable {
        /// As the SPDX list spells it, or a reference `LicenseRef-…`.
        package var id: String
        /// Whether a later version may be chosen: the operator `+`.
        package var orLater: Bool
        /// What follows `WITH`.
        package var exception: String?

        package init(id: String, orLater: Bool = false, exception: String? = nil) {
            self.id = id
            self.orLater = orLater
            self.exception = exception
        }
    }

    /// What an expression is made of; never deeper than ``maxDepth``.
    indirect enum Node: Hashable, Sendable {
        case license(License)
        case all([Node])
        case any([Node])
    }

    /// Bytes of one expression.
    package static let maxBytes = 8192
    /// Parentheses within parentheses.
    static let maxDepth = 32

    let root: Node

    init(root: Node) { self.root = root }

    /// Parses an expression as the specification has it; letter case of identifiers and operators does not count.
    ///
    /// `nil` where a part is neither on the SPDX list nor a `LicenseRef-`, and for `NONE` and `NOASSERTION`.
    package static func parse(_ text: String) -> LicenseExpression? {
        ExpressionParser.parse(text, words: .identifiers).map(LicenseExpression.init(root:))
    }

    /// The licences in the order they stand in, each once.
    package var licenses: [License] {
        var found: [License] = []
        var seen: Set<License> = []
        var rest = [root]
        while let node = rest.popLast() {
            switch node {
            case .license(let license): if seen.insert(license).inserted { found.append(license) }
            case .all(let parts), .any(let parts): rest.append(contentsOf: parts.reversed())
            }
        }
        return found
    }

    /// The identifier where the expression is one licence of the SPDX list and nothing else.
    package var identifier: String? {
        guard case .license(let license) = root, license.exception == nil, !license.orLater,
            LicenseList.license(license.id) != nil
        else { return nil }
        return license.id
    }

    package var description: String { Self.text(of: root, isNested: false) }

    private static func text(of node: Node, isNested: Bool) -> String {
        switch node {
        case .license(let license): "\(license)"
        case .all(let parts): parts.map { text(of: $0, isNested: true) }.joined(separator: " AND ")
        case .any(let parts):
            (isNested ? "(" : "") + parts.map { text(of: $0, isNested: false) }.joined(separator: " OR ")
                + (isNested ? ")" : "")
        }
    }

    /// All of `parts` together, as one expression; `nil` where there are none.
    package static func all(_ parts: [LicenseExpression]) -> LicenseExpression? {
        guard let first = parts.first else { return nil }
        return parts.count == 1 ? first : LicenseExpression(root: joined(parts.map(\.root), Node.all))
    }

    /// `nodes` as one, with those of the same kind taken apart: `(a AND b) AND c` is `a AND b AND c`.
    static func joined(_ nodes: [Node], _ kind: ([Node]) -> Node) -> Node {
        if nodes.count == 1 { return nodes[0] }
        let isAll = if case .all = kind([]) { true } else { false }
        return kind(
            nodes.flatMap { node in
                switch node {
                case .all(let parts) where isAll: parts
                case .any(let parts) where !isAll: parts
                default: [node]
                }
            }
        )
    }
}

extension LicenseExpression.License: CustomStringConvertible {
    package var description: String { id + (orLater ? "+" : "") + (exception.map { " WITH \($0)" } ?? "") }
}

extension LicenseExpression {
    /// The expression that is one reference to a text of the document, `LicenseRef-…`, and nothing else.
    package static func reference(_ id: String) -> LicenseExpression {
        LicenseExpression(root: .license(License(id: id)))
    }
}

extension LicenseExpression {
    /// The parts that all hold: of `a AND (b OR c)`, `a` and `b OR c`.
    package var conjuncts: [LicenseExpression] {
        guard case .all(let parts) = root else { return [self] }
        return parts.map(LicenseExpression.init(root:))
    }
}
