/// A pattern as it was read; at most ``RegexParser/maxNesting`` levels deep.
indirect enum RegexNode {
    /// The empty text.
    case empty
    case symbol(SymbolClass)
    case sequence([RegexNode])
    case choice([RegexNode])
    /// `maximum` is `nil` for any number.
    case repeated(RegexNode, minimum: Int, maximum: Int?)
    case position(PositionTest)
    /// What must, or must not, stand in front of or behind this place.
    case look(RegexNode, isAhead: Bool, isNegated: Bool)
}

/// What is asked of a place between two characters.
enum PositionTest: Hashable, Sendable {
    /// `^`, `\A`.
    case start
    /// `$`: the end, or in front of a line end that ends the text.
    case end
    /// `\Z`.
    case absoluteEnd
    /// `^` with the flag `m`.
    case lineStart
    /// `$` with the flag `m`.
    case lineEnd
    case wordBoundary
    case noWordBoundary

    func holds(behind previous: PreviousKind, before next: NextKind) -> Bool {
        switch self {
        case .start: previous == .start
        case .end: next == .end || next == .finalNewline
        case .absoluteEnd: next == .end
        case .lineStart: previous == .start || previous == .newline
        case .lineEnd: next == .end || next == .finalNewline || next == .newline
        case .wordBoundary: (previous == .word) != (next == .word)
        // Python finds none in the empty text.
        case .noWordBoundary: (previous == .word) == (next == .word) && !(previous == .start && next == .end)
        }
    }
}

/// What stands behind a place, as far as tests of the place ask.
enum PreviousKind: Int32, Sendable {
    case start, newline, word, other

    init(_ scalar: UInt32) {
        self = scalar == SymbolClass.newline ? .newline : (SymbolClass.isWord(scalar) ? .word : .other)
    }
}

/// What stands in front of a place, as far as tests of the place ask.
enum NextKind: Sendable {
    /// `finalNewline` is a line end with nothing behind it.
    case end, finalNewline, newline, word, other

    init(_ scalar: UInt32, isLast: Bool) {
        if scalar == SymbolClass.newline {
            self = isLast ? .finalNewline : .newline
        } else {
            self = SymbolClass.isWord(scalar) ? .word : .other
        }
    }
}
