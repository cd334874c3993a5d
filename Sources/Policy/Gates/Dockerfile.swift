/// A Dockerfile by its directives.
struct Dockerfile {
    struct Instruction {
        /// The line that begins it: what Anchore Engine, which does not join lines, takes for the whole.
        let first: String
        /// All of its lines.
        let whole: String
    }

    static let directives = [
        "ADD", "ARG", "COPY", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "USER", "RUN", "SHELL", "STOPSIGNAL", "VOLUME", "WORKDIR",
    ]

    /// The instructions of each directive, in the order of the file.
    private var instructions: [String: [Instruction]] = [:]

    /// Reads a file that somebody wrote, or else one line for each step of an image's history: those never go on in the
    /// next, whatever they end with.
    init(_ text: String, joinsLines: Bool = true) {
        var first: String?
        var whole: [String] = []
        func end(_ instructions: inout [String: [Instruction]]) {
            guard let begun = first else { return }
            let directive = begun.prefix { !$0.isWhitespace }.uppercased()
            instructions[directive, default: []].append(
                Instruction(first: begun, whole: whole.joined(separator: " "))
            )
            first = nil
            whole = []
        }
        let lines = text.split(whereSeparator: \.isNewline)
        lazy var ends = HeredocEnds(lines)
        var next = 0
        while next < lines.count {
            let line = PythonText.stripped(lines[next])
            next += 1
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            if first == nil { first = line }
            guard joinsLines, line.hasSuffix("\\") else {
                whole.append(line)
                let documents = joinsLines ? Heredoc.all(in: whole.joined(separator: " ")) : []
                if !documents.isEmpty { next = ends.next(after: documents, from: next) ?? next }
                end(&instructions)
                continue
            }
            let part = PythonText.stripped(line.dropLast())
            if !part.isEmpty { whole.append(part) }
        }
        end(&instructions)
    }

    subscript(directive: String) -> [Instruction] { instructions[directive] ?? [] }

    /// Whether a line of an image's history is a directive and no command of a shell.
    static func startsWithDirective(_ line: String) -> Bool {
        guard let word = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).first else { return false }
        return directives.contains(String(word))
    }
}
