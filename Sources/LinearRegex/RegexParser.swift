/// Reads patterns in the syntax of Python's `re` (3.8), as far as they can be matched in linear time.
///
/// Not read, and said so: back references, conditional groups, `\N{…}`, and what only later Pythons have (possessive
/// quantifiers, atomic groups), and `\b` under the flag `a`.
struct RegexParser {
    /// Groups within groups.
    static let maxNesting = 100
    /// Characters of a pattern.
    static let maxLength = 10_000

    var scalars: [UInt32]
    var position = 0
    var flags: RegexFlags
    /// Flags that a group without content sets for the whole pattern.
    private var globalFlags: RegexFlags = []
    private var nesting = 0

    /// The pattern that `text` holds.
    static func parse(_ text: String) throws(RegexSyntaxError) -> RegexNode {
        let scalars = text.unicodeScalars.prefix(maxLength + 1).map(\.value)
        guard scalars.count <= maxLength else {
            throw RegexSyntaxError(offset: maxLength, reason: "more than \(maxLength) characters")
        }
        var parser = RegexParser(scalars: scalars, flags: [])
        var node = try parser.whole()
        // A flag counts for what stands before it, too: `abc(?i)`.
        if !parser.globalFlags.isEmpty {
            parser = RegexParser(scalars: scalars, flags: parser.globalFlags)
            node = try parser.whole()
        }
        return node
    }

    private init(scalars: [UInt32], flags: RegexFlags) {
        self.scalars = scalars
        self.flags = flags
    }

    var next: UInt32? { position < scalars.count ? scalars[position] : nil }

    func isNext(_ character: Unicode.Scalar) -> Bool { next == character.value }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isNext(character) else { return false }
        position += 1
        return true
    }

    func error(_ reason: String, at offset: Int? = nil) -> RegexSyntaxError {
        RegexSyntaxError(offset: offset ?? position, reason: reason)
    }

    private mutating func whole() throws(RegexSyntaxError) -> RegexNode {
        let node = try choice()
        guard position == scalars.count else { throw error("a closing bracket without an opening one") }
        return node
    }

    private mutating func choice() throws(RegexSyntaxError) -> RegexNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(RegexSyntaxError) -> RegexNode {
        var nodes: [RegexNode] = []
        while true {
            if flags.contains(.verbose), skipVerboseSpace() { continue }
            guard let scalar = next, scalar != Unicode.Scalar("|").value, scalar != Unicode.Scalar(")").value else {
                break
            }
            let start = position
            guard let item = try item() else { continue }
            nodes.append(try repeated(item, from: start))
        }
        return nodes.count == 1 ? nodes[0] : (nodes.isEmpty ? .empty : .sequence(nodes))
    }

    /// Passes over white space and comments; whether there were any.
    private mutating func skipVerboseSpace() -> Bool {
        let start = position
        while let scalar = next {
            if scalar == 32 || (9...13).contains(scalar) {
                position += 1
            } else if scalar == Unicode.Scalar("#").value {
                while let scalar = next, scalar != SymbolClass.newline { position += 1 }
            } else {
                break
            }
        }
        return position > start
    }

    /// One thing that a quantifier may follow; `nil` for comments and flags.
    private mutating func item() throws(RegexSyntaxError) -> RegexNode? {
        guard let scalar = next else { return nil }
        switch Unicode.Scalar(scalar) {
        case "(": return try group()
        case "[": return .symbol(try symbolSet())
        case "\\": return try escape()
        case ".":
            position += 1
            return .symbol(.any(includingNewline: flags.contains(.dotAll)))
        case "^":
            position += 1
            return .position(flags.contains(.multiline) ? .lineStart : .start)
        case "$":
            position += 1
            return .position(flags.contains(.multiline) ? .lineEnd : .end)
        case "*", "+", "?": throw error("a quantifier with nothing to repeat")
        case "{" where try quantifier(isOnlyAsked: true) != nil: throw error("a quantifier with nothing to repeat")
        default:
            position += 1
            return .symbol(literal(scalar))
        }
    }

    func literal(_ scalar: UInt32) -> SymbolClass {
        var symbol = SymbolClass(scalar)
        if flags.contains(.ignoreCase) { symbol.ignoreCase() }
        return symbol
    }

    private mutating func repeated(_ item: RegexNode, from start: Int) throws(RegexSyntaxError) -> RegexNode {
        if flags.contains(.verbose) { _ = skipVerboseSpace() }
        guard let (minimum, maximum) = try quantifier(isOnlyAsked: false) else { return item }
        _ = take("?")
        if isNext("+") { throw error("possessive quantifiers are not supported") }
        if isNext("*") || isNext("?") { throw error("a quantifier behind a quantifier") }
        if try quantifier(isOnlyAsked: true) != nil { throw error("a quantifier behind a quantifier") }
        if case .position = item { throw error("a quantifier with nothing to repeat", at: start) }
        return .repeated(item, minimum: minimum, maximum: maximum)
    }

    /// `*`, `+`, `?`, `{3}`, `{3,}`, `{,3}`, `{3,5}`; other braces are themselves.
    private mutating func quantifier(isOnlyAsked: Bool) throws(RegexSyntaxError) -> (Int, Int?)? {
        let start = position
        defer { if isOnlyAsked { position = start } }
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return nil }
        let minimum = try number()
        var maximum = minimum
        var isQuantifier = minimum != nil
        if take(",") {
            maximum = try number()
            isQuantifier = true
        }
        guard isQuantifier, take("}") else {
            position = start
            return nil
        }
        if let minimum, let maximum, minimum > maximum { throw error("the least is more than the most", at: start) }
        return (minimum ?? 0, maximum)
    }

    private mutating func number() throws(RegexSyntaxError) -> Int? {
        var value: Int?
        while let scalar = next, (48...57).contains(scalar) {
            let sum = (value ?? 0) * 10 + Int(scalar - 48)
            guard sum <= RegexProgram.maxInstructions else {
                throw error("more than \(RegexProgram.maxInstructions) repetitions")
            }
            value = sum
            position += 1
        }
        return value
    }

    /// A group, a look-around, a comment (`nil`) or flags (`nil`); stands at the opening bracket.
    private mutating func group() throws(RegexSyntaxError) -> RegexNode? {
        let start = position
        position += 1
        let outer = flags
        defer { flags = outer }
        var look: (isAhead: Bool, isNegated: Bool)?
        if take("?") {
            if take("#") {
                while let scalar = next, scalar != Unicode.Scalar(")").value { position += 1 }
                guard take(")") else { throw error("a comment without an end", at: start) }
                return nil
            } else if take("=") {
                look = (true, false)
            } else if take("!") {
                look = (true, true)
            } else if take("<") {
                guard isNext("=") || isNext("!") else { throw error("an unknown group", at: start) }
                look = (false, isNext("!"))
                position += 1
            } else if take("P") {
                if take("=") { throw error("back references are not supported", at: start) }
                guard take("<") else { throw error("an unknown group", at: start) }
                let name = position
                while let scalar = next, SymbolClass.isWord(scalar) { position += 1 }
                guard position > name, !SymbolClass.isDigit(scalars[name]), take(">") else {
                    throw error("a group's name is missing or bad", at: name)
                }
            } else if take("(") {
                throw error("conditional groups are not supported", at: start)
            } else if take(">") {
                throw error("atomic groups are not supported", at: start)
            } else if !take(":") {
                guard try groupFlags(from: start) else { return nil }
            }
        }
        nesting += 1
        guard nesting <= Self.maxNesting else { throw error("more than \(Self.maxNesting) groups in each other") }
        let inside = try choice()
        nesting -= 1
        guard take(")") else { throw error("a group without its closing bracket", at: start) }
        guard let look else {
            // A group may be repeated, whatever is in it.
            if case .position = inside { return .sequence([inside]) }
            return inside
        }
        return .look(inside, isAhead: look.isAhead, isNegated: look.isNegated)
    }

    /// `i`, `-i`, `i-s` and a colon, which opens a group; or a closing bracket, after which they count everywhere.
    private mutating func groupFlags(from start: Int) throws(RegexSyntaxError) -> Bool {
        var added: RegexFlags = []
        var removed: RegexFlags = []
        while let scalar = next, let flag = RegexFlags(letter: scalar) {
            added.insert(flag)
            position += 1
        }
        if isNext("L") { throw error("the flag L is for bytes, not text") }
        let first = start + 2
        if position > first, take(")") {
            globalFlags.formUnion(added)
            return false
        }
        if take("-") {
            let minus = position
            while let scalar = next, let flag = RegexFlags(letter: scalar) {
                removed.insert(flag)
                position += 1
            }
            guard position > minus else { throw error("a flag is missing") }
        }
        guard take(":") else { throw error("an unknown group", at: start) }
        flags.formUnion(added)
        flags.subtract(removed)
        return true
    }
}
