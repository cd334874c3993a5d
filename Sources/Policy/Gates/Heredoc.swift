/// A document within an instruction of a Dockerfile (Dockerfile reference, "Here-documents"): its lines are no instructions.
struct Heredoc {
    /// The line that ends it.
    let end: String
    /// Whether tabs may stand in front of that: `<<-`.
    let ignoresTabs: Bool

    private static let directives: Set<String> = ["ADD", "COPY", "RUN"]

    /// Those that begin in an instruction, in their order: words of their own outside quotes, as builders take them.
    static func all(in instruction: String) -> [Heredoc] {
        guard instruction.contains("<<") else { return [] }
        var words = words(of: instruction)[...]
        if words.first?.uppercased() == "ONBUILD" { words.removeFirst() }
        guard let directive = words.first?.uppercased(), directives.contains(directive) else { return [] }
        return words.compactMap { Heredoc($0) }
    }

    /// `3<<-"EOF"`; `nil` for any other word.
    private init?(_ word: String) {
        var rest = word.drop { $0.isASCII && $0.isNumber }
        guard rest.hasPrefix("<<") else { return nil }
        rest = rest.dropFirst(2)
        ignoresTabs = rest.first == "-"
        if ignoresTabs { rest = rest.dropFirst() }
        end = String(rest.filter { $0 != "\"" && $0 != "'" && $0 != "\\" })
        guard !end.isEmpty, !rest.contains("<") else { return nil }
    }

    /// The words that blanks outside quotes separate, with their quotes.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if quote != nil {
                if character == quote { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            word.append(character)
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}

/// The lines of a Dockerfile by what they say, to find where documents end without going through them for each.
struct HeredocEnds {
    private var exact: [Substring: [Int]] = [:]
    private var withoutTabs: [Substring: [Int]] = [:]

    init(_ lines: [Substring]) {
        for (place, line) in lines.enumerated() {
            exact[line, default: []].append(place)
            withoutTabs[line.drop { $0 == "\t" }, default: []].append(place)
        }
    }

    /// Where what follows the last of `documents` begins, the first line of which is at `start`; `nil` where one has no end:
    /// builders refuse such a file, and nothing is hidden by what ends nowhere.
    func next(after documents: [Heredoc], from start: Int) -> Int? {
        var place = start
        for document in documents {
            let lines = (document.ignoresTabs ? withoutTabs : exact)[document.end[...]] ?? []
            var (low, high) = (0, lines.count)
            while low < high {
                let middle = (low + high) / 2
                if lines[middle] < place { low = middle + 1 } else { high = middle }
            }
            guard low < lines.count else { return nil }
            place = lines[low] + 1
        }
        return place
    }
}
