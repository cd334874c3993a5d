/// The width of text on a terminal, in columns.
package enum DisplayWidth {
    /// Columns that `text` takes: two for East Asian wide characters and emoji, none for combining marks.
    package static func columns(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns($1) }
    }

    /// Columns that one character takes.
    package static func columns(_ character: Character) -> Int {
        var widest = 0
        for scalar in character.unicodeScalars {
            // An emoji presentation selector makes a narrow symbol wide (UTS #51, Emoji Presentation).
            if scalar.value == 0xFE0F { return 2 }
            widest = max(widest, columns(scalar))
        }
        return widest
    }

    /// The longest start of `text` that fits, with an ellipsis for what is missing.
    package static func truncate(_ text: String, to width: Int) -> String {
        guard width > 0 else { return "" }
        guard columns(text) > width else { return text }
        var out = ""
        var used = 0
        for character in text {
            let next = columns(character)
            if used + next > width - 1 { break }
            out.append(character)
            used += next
        }
        return out + "…"
    }

    /// Text for a terminal: control and bidirectional characters, which would steer it, become U+FFFD, line ends spaces.
    package static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isLineOrTab($0) || UnsafeText.isUnsafe($0) }) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            out.append(isLineOrTab(scalar) ? " " : UnsafeText.isUnsafe(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(out)
    }

    private static func isLineOrTab(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || scalar == "\n" || scalar == "\r"
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// Blocks of East_Asian_Width W and F (UAX #11), and the pictographs.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
        0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1B000...0x1B2FF, 0x1F1E6...0x1F1FF, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD,
    ]
}
