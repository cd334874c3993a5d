/// Parses licence expressions, those of the specification and those in people's own words, with one grammar.
struct ExpressionParser {
    private typealias Node = LicenseExpression.Node

    /// What an operand may be.
    enum Words {
        /// SPDX identifiers and references.
        case identifiers
        /// Names of licences in any form that ``LicenseNames`` knows, of several words too.
        case names
    }

    private enum Token {
        case open, close, and, or, with
        case text(String)
    }

    /// What stands between two parentheses: alternatives, each of parts that hold together.
    private struct Group {
        var alternatives: [[LicenseExpression.Node]] = [[]]

        var node: LicenseExpression.Node {
            LicenseExpression.joined(alternatives.map { LicenseExpression.joined($0, Node.all) }, Node.any)
        }

        mutating func append(_ node: LicenseExpression.Node) { alternatives[alternatives.count - 1].append(node) }
    }

    static func parse(_ text: String, words: Words) -> LicenseExpression.Node? {
        guard text.utf8.count <= LicenseExpression.maxBytes else { return nil }
        let tokens = tokens(of: text, words: words)
        var groups = [Group()]
        var wantsOperand = true
        var index = 0
        while index < tokens.count {
            switch (tokens[index], wantsOperand) {
            case (.open, true):
                guard groups.count <= LicenseExpression.maxDepth else { return nil }
                groups.append(Group())
            case (.close, false):
                guard groups.count > 1, let group = groups.popLast() else { return nil }
                groups[groups.count - 1].append(group.node)
            case (.and, false): wantsOperand = true
            case (.or, false):
                groups[groups.count - 1].alternatives.append([])
                wantsOperand = true
            case (.text(let name), true):
                guard var operand = operand(name, words: words) else { return nil }
                if index + 2 < tokens.count, case .with = tokens[index + 1],
                    case .text(let exception) = tokens[index + 2]
                {
                    guard let joined = Self.add(exception, to: operand, words: words) else { return nil }
                    operand = joined
                    index += 2
                }
                groups[groups.count - 1].append(operand)
                wantsOperand = false
            default: return nil
            }
            index += 1
        }
        guard !wantsOperand, groups.count == 1 else { return nil }
        return groups[0].node
    }

    /// Whether `text` has no operators and no parentheses.
    static func isName(_ text: Substring) -> Bool {
        tokens(of: String(text), words: .names)
            .allSatisfy { token in
                if case .text = token { true } else { false }
            }
    }

    private static func operand(_ text: String, words: Words) -> LicenseExpression.Node? {
        if let license = license(text) { return .license(license) }
        return words == .names ? LicenseNames.node(for: text) : nil
    }

    private static func add(_ exception: String, to node: Node, words: Words) -> Node? {
        guard case .license(var license) = node, license.exception == nil else { return nil }
        guard
            let name = LicenseList.exception(exception)
                ?? (words == .names ? LicenseNames.exception(for: exception) : nil)
        else { return nil }
        license.exception = name
        return .license(license)
    }

    /// One licence by its identifier, or by a reference to a text of the document or of another.
    static func license(_ text: String) -> LicenseExpression.License? {
        if let id = LicenseList.license(text) { return LicenseExpression.License(id: id) }
        if text.hasSuffix("+"), let id = LicenseList.license(text.dropLast()) {
            return LicenseExpression.License(id: id, orLater: true)
        }
        var reference = Substring(text)
        if reference.hasPrefix("DocumentRef-"), let colon = reference.firstIndex(of: ":") {
            guard isIDString(reference[..<colon].dropFirst("DocumentRef-".count)) else { return nil }
            reference = reference[reference.index(after: colon)...]
        }
        guard reference.hasPrefix("LicenseRef-"), isIDString(reference.dropFirst("LicenseRef-".count)) else {
            return nil
        }
        return LicenseExpression.License(id: text)
    }

    /// `idstring`: letters, digits, `-` and `.`.
    private static func isIDString(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            }
    }

    private static func tokens(of text: String, words: Words) -> [Token] {
        var tokens: [Token] = []
        let parts = self.words(of: text)
        var index = 0
        while index < parts.count {
            let word = parts[index]
            index += 1
            switch word {
            case "(": tokens.append(.open)
            case ")": tokens.append(.close)
            case "AND", "and": tokens.append(.and)
            case "OR", "or":
                // «GPL v2 or later» is one licence.
                if words == .names, index < parts.count, LicenseNames.later.contains(parts[index].lowercased()) {
                    Self.append("or", to: &tokens)
                } else {
                    tokens.append(.or)
                }
            case "WITH", "with": tokens.append(.with)
            default:
                switch (words, word.lowercased()) {
                case (.names, "and"), (.names, "&"), (.names, "&&"): tokens.append(.and)
                case (.names, "or"), (.names, "|"), (.names, "||"): tokens.append(.or)
                case (.names, _): Self.append(String(word), to: &tokens)
                case (.identifiers, _): tokens.append(.text(String(word)))
                }
            }
        }
        return tokens
    }

    /// Names may have several words, which stand together until an operator comes.
    private static func append(_ word: String, to tokens: inout [Token]) {
        if case .text(let before)? = tokens.last {
            tokens[tokens.count - 1] = .text("\(before) \(word)")
        } else {
            tokens.append(.text(word))
        }
    }

    private static func words(of text: String) -> [Substring] {
        var words: [Substring] = []
        for part in text.split(whereSeparator: \.isWhitespace) {
            var rest = part
            while let mark = rest.firstIndex(where: { $0 == "(" || $0 == ")" }) {
                if mark > rest.startIndex { words.append(rest[..<mark]) }
                words.append(rest[mark...mark])
                rest = rest[rest.index(after: mark)...]
            }
            if !rest.isEmpty { words.append(rest) }
        }
        return words
    }
}
