/// One requirement of a Python project: a name and the version that it is pinned to (PyPA, "Dependency specifiers").
struct PythonRequirement {
    let name: String
    /// The version after a single `==` or `===`; `nil` for ranges, wildcards, several constraints, and addresses.
    let pinnedVersion: String?

    /// Reads `name[extra] == 1.0 ; marker`; `nil` where no name comes first.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text).drop { $0.isWhitespace }
        let name = rest.prefix { Self.isNamePart($0) }
        guard let first = name.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else { return nil }
        rest = rest[name.endIndex...].drop { $0.isWhitespace }
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            rest = rest[rest.index(after: close)...].drop { $0.isWhitespace }
        }
        self.name = String(name)
        pinnedVersion = Self.pinned(rest)
    }

    private static func pinned(_ constraints: Substring) -> String? {
        // Older tools write constraints in brackets.
        var rest = constraints.first == "(" ? constraints.dropFirst().prefix { $0 != ")" } : constraints
        let operation = rest.prefix { "=<>!~".contains($0) }
        guard operation == "==" || operation == "===" else { return nil }
        rest = rest[operation.endIndex...].drop { $0.isWhitespace }
        let version = rest.prefix { isVersionPart($0) }
        rest = rest[version.endIndex...].drop { $0.isWhitespace }
        // What begins otherwise is an option that follows a version left out: `a== --hash=…`.
        guard let first = version.first, first.isLetter || first.isNumber, !version.contains("*") else { return nil }
        if let next = rest.first, ",=<>!~".contains(next) { return nil }
        return String(version)
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
    }

    /// All that versions may hold (PEP 440), the epoch's mark and the local part's included.
    private static func isVersionPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".*+!_-".contains(character))
    }
}
