/// A document within an instruction of a Dockerfile (Dockerfile reference, "Here-documents"): its lines are no instructions.
struct Heredoc {
    /// The line that ends it.
    private let end: String
    /// Whether tabs may stand in front of that: `<<-`.
    private let ignoresTabs: Bool

    private static let directives: Set<String> = ["ADD", "COPY", "RUN"]

    /// Those that begin in an instruction, in their order.
    static func all(in instruction: String) -> [Heredoc] {
        guard directives.contains(instruction.prefix { !$0.isWhitespace }.uppercased()) else { return [] }
        var found: [Heredoc] = []
        var rest = instruction[...]
        while let range = rest.firstRange(of: "<<") {
            rest = rest[range.upperBound...]
            // Of a shell: a string on its input.
            guard rest.first != "<" else {
                rest = rest.drop { $0 == "<" }
                continue
            }
            let ignoresTabs = rest.first == "-"
            if ignoresTabs { rest = rest.dropFirst() }
            let quote = rest.first.flatMap { $0 == "\"" || $0 == "'" ? $0 : nil }
            if quote != nil { rest = rest.dropFirst() }
            let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            rest = rest.dropFirst(word.count)
            guard let initial = word.first, !initial.isNumber, quote == nil || rest.first == quote else { continue }
            found.append(Heredoc(end: String(word), ignoresTabs: ignoresTabs))
        }
        return found
    }

    func ends(with line: Substring) -> Bool { (ignoresTabs ? line.drop { $0 == "\t" } : line) == end }
}
