/// The tables of a document while it is read, with the rules on defining each of them once (TOML 1.1, "Table").
struct TOMLTree {
    /// What a key names.
    private final class Node {
        enum Content {
            case value(TOMLValue)
            case table(Origin)
            case tables([Node])
        }

        /// How a table came to be, which decides what may still be added to it.
        enum Origin { case header, parentOfHeader, dottedKey }

        var content: Content
        var keys: [String] = []
        var members: [String: Node] = [:]

        init(_ content: Content) { self.content = content }

        func add(_ node: Node, _ key: String) {
            keys.append(key)
            members[key] = node
        }
    }

    private let top = Node(.table(.header))
    /// The table that pairs go into; `nil` after a header that was refused.
    private var current: Node?
    private let limits: TOMLLimits
    private var left: Int

    init(limits: TOMLLimits) {
        self.limits = limits
        left = limits.maxValues
        current = top
    }

    /// Takes one value from what the limits allow.
    mutating func takeOne() -> Bool {
        guard left > 0 else { return false }
        left -= 1
        return true
    }

    /// Opens the table of a header, or appends one to its array; returns why that is not allowed.
    mutating func open(_ path: [String], asElement: Bool) -> String? {
        current = nil
        guard let name = path.last else { return "a header without a name" }
        var node = top
        for part in path.dropLast() {
            if let next = node.members[part] {
                switch next.content {
                case .value: return "\(part) is not a table"
                case .table: node = next
                case .tables(let elements):
                    guard let last = elements.last else { return "\(part) is not a table" }
                    node = last
                }
            } else {
                guard takeOne() else { return tooMany }
                let next = Node(.table(.parentOfHeader))
                node.add(next, part)
                node = next
            }
        }
        guard takeOne() else { return tooMany }
        return asElement ? appendElement(to: node, name) : openTable(in: node, name)
    }

    private mutating func appendElement(to node: Node, _ name: String) -> String? {
        let element = Node(.table(.header))
        if let known = node.members[name] {
            guard case .tables(var elements) = known.content else { return "\(name) is not an array of tables" }
            // The array is taken out of its node first: it would be copied otherwise.
            known.content = .tables([])
            elements.append(element)
            known.content = .tables(elements)
        } else {
            node.add(Node(.tables([element])), name)
        }
        current = element
        return nil
    }

    private mutating func openTable(in node: Node, _ name: String) -> String? {
        if let known = node.members[name] {
            guard case .table(.parentOfHeader) = known.content else { return "\(name) is defined twice" }
            known.content = .table(.header)
            current = known
        } else {
            let table = Node(.table(.header))
            node.add(table, name)
            current = table
        }
        return nil
    }

    /// Puts a pair into the open table; returns why that is not allowed.
    mutating func insert(_ value: TOMLValue, under key: [String]) -> String? {
        guard var node = current, let name = key.last else { return "a pair without a table" }
        for part in key.dropLast() {
            if let next = node.members[part] {
                guard case .table(.dottedKey) = next.content else { return "\(part) cannot be added to" }
                node = next
            } else {
                guard takeOne() else { return tooMany }
                let next = Node(.table(.dottedKey))
                node.add(next, part)
                node = next
            }
        }
        guard node.members[name] == nil else { return "\(name) is defined twice" }
        node.add(Node(.value(value)), name)
        return nil
    }

    private var tooMany: String { "more than \(limits.maxValues) values" }

    /// The values of all tables.
    var table: TOMLTable { Self.table(top) }

    /// Recursion is as deep as the longest header and the longest key together.
    private static func table(_ node: Node) -> TOMLTable {
        var table = TOMLTable()
        for key in node.keys {
            guard let member = node.members[key] else { continue }
            switch member.content {
            case .value(let value): table[key] = value
            case .table: table[key] = .table(self.table(member))
            case .tables(let elements): table[key] = .array(elements.map { .table(self.table($0)) })
            }
        }
        return table
    }
}
