import Yams

extension YamlError {
    /// What is wrong in one line, with its place and without the text around it, which may be a password.
    var words: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "line \(context.mark.line): a key is there twice: \(duplicates.sorted().joined(separator: ", "))"
        case .reader(let problem, _, _, _): "it is no text in UTF-8: \(problem)"
        default: "it is no YAML"
        }
    }
}
