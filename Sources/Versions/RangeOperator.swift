/// The operator of one bound of a range.
enum RangeOperator: Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    /// `~1.2.3`: the first two numbers stay.
    case tilde
    /// `~>1.2.3` and `~=1.2.3`: all numbers but the last stay.
    case pessimistic
    /// `^1.2.3`: the numbers up to the first one that is not zero stay.
    case caret

    /// Takes the operator at the scanner, none meaning equality; nil where there is an unknown one.
    ///
    /// The doubled `<<` and `>>` are Debian's, `===` is Python's.
    static func take(from scanner: inout ByteScanner) -> RangeOperator? {
        let symbols = scanner.take { byte in
            switch byte {
            case ASCII.less, ASCII.greater, ASCII.equals, ASCII.exclamation, ASCII.tilde, ASCII.caret: true
            default: false
            }
        }
        let longestOperator = 3
        guard symbols.count <= longestOperator else { return nil }
        return switch String(decoding: symbols, as: UTF8.self) {
        case "", "=", "==", "===": .equal
        case "!=", "!": .notEqual
        case "<", "<<": .less
        case "<=", "=<": .lessOrEqual
        case ">", ">>": .greater
        case ">=", "=>": .greaterOrEqual
        case "~": .tilde
        case "~>", "~=", "=~": .pessimistic
        case "^": .caret
        default: nil
        }
    }

    /// Whether a version that stands so to the bound is accepted; an operator that keeps numbers asks for more.
    func accepts(_ comparison: VersionComparison) -> Bool {
        switch self {
        case .equal: comparison == .equal
        case .notEqual: comparison != .equal
        case .less: comparison == .less
        case .lessOrEqual: comparison != .greater
        case .greater: comparison == .greater
        case .greaterOrEqual, .tilde, .pessimistic, .caret: comparison != .less
        }
    }
}
