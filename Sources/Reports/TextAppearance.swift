package import ScanModel

/// How text output looks: for a terminal of some width, with colour or without.
package struct TextAppearance: Sendable {
    /// Columns of the terminal; `nil` for output that is not cut, to a file or a pipe.
    package var width: Int?
    /// Whether ANSI colours are written.
    package var colour: Bool

    package init(width: Int? = nil, colour: Bool = false) {
        self.width = width
        self.colour = colour
    }

    /// Neither cut nor coloured.
    package static let plain = TextAppearance()
}

/// What a piece of text is, and so which colour it has on a terminal (ECMA-48, SGR).
package enum TextStyle: Hashable, Sendable {
    case plain, heading, faint, good, bad
    case severity(Severity)

    /// The text between the codes that switch the style on and off.
    package func paint(_ text: String) -> String {
        guard let code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private var code: String? {
        switch self {
        case .plain, .severity(.unknown): nil
        case .heading: "1"
        case .faint, .severity(.negligible): "2"
        case .good: "32"
        case .bad, .severity(.high): "31"
        case .severity(.critical): "1;31"
        case .severity(.medium): "33"
        case .severity(.low): "36"
        }
    }
}
