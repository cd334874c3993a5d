/// Patterns with `*` for anything, as LIKE has them.
enum LikePattern {
    static func of(_ glob: String) -> String {
        glob.map { character in
            switch character {
            case "*": "%"
            case "%", "_", "\\": "\\\(character)"
            default: String(character)
            }
        }.joined()
    }

    static func shown(_ pattern: String) -> String {
        var glob = ""
        var isEscaped = false
        for character in pattern {
            if !isEscaped, character == "\\" {
                isEscaped = true
                continue
            }
            glob.append(!isEscaped && character == "%" ? "*" : character)
            isEscaped = false
        }
        return glob
    }
}
