/// Names of npm packages as lock files write them together with versions.
enum NpmName {
    /// Takes `name@version` or `@scope/name@version` apart.
    ///
    /// The version may be an address with an `@` of its own; where no usual name stands first, the last `@` counts.
    static func split(_ text: some StringProtocol) -> (name: String, version: String)? {
        let text = Substring(text)
        if let (name, rest) = prefix(of: text), rest.first == "@" { return (String(name), String(rest.dropFirst())) }
        guard let at = text.lastIndex(of: "@"), at != text.startIndex else { return nil }
        return (String(text[..<at]), String(text[text.index(after: at)...]))
    }

    /// The name at the start of `text`, of the form that packages have, and the rest after it.
    static func prefix(of text: Substring) -> (name: Substring, rest: Substring)? {
        var rest = text
        if rest.first == "@" {
            guard let afterScope = word(rest.dropFirst()), afterScope.first == "/" else { return nil }
            rest = afterScope.dropFirst()
        }
        guard let end = word(rest) else { return nil }
        return (text[..<end.startIndex], end)
    }

    /// Drops a word of letters, digits and `_ - .` that begins with a letter, a digit or `_`.
    private static func word(_ text: Substring) -> Substring? {
        guard let first = text.utf8.first, isWord(first) else { return nil }
        let end = text.utf8.firstIndex { !isWord($0) && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }
        return text[(end ?? text.endIndex)...]
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
