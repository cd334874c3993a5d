/// One parameter of a trigger, as bundles name it.
package struct Parameter: Sendable {
    package let name: String
    package let kind: ParameterKind
    package let isRequired: Bool
    package let example: String?
    package let summary: String
    /// Older names of it.
    package let aliases: [String]

    init(
        _ name: String,
        _ kind: ParameterKind,
        required: Bool = false,
        example: String?,
        aliases: [String] = [],
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        isRequired = required
        self.example = example
        self.summary = summary
        self.aliases = aliases
    }
}

/// The values that a rule gives to its trigger's parameters, checked against their kinds.
struct ParameterValues: Sendable {
    private let texts: [String: String]
    /// The rule's own id, which some trigger ids hold.
    let ruleID: String?

    init(_ texts: [String: String], ruleID: String?) {
        self.texts = texts
        self.ruleID = ruleID
    }

    /// As the bundle has it; `nil` where it is not set.
    func text(_ name: String) -> String? { texts[name] }

    func boolean(_ name: String) -> Bool? { texts[name].map { $0.lowercased() == "true" } }

    func integer(_ name: String) -> Int? { texts[name].flatMap { ParameterKind.integer($0) } }

    func decimal(_ name: String) -> Double? { texts[name].flatMap { ParameterKind.decimal($0) } }

    func list(_ name: String) -> [String] { texts[name].map { PythonText.items($0) } ?? [] }

    func integerList(_ name: String) -> [Int] { list(name).compactMap { ParameterKind.integer($0) } }

    /// A word of an enumeration that is named by its words.
    func choice<Choice: RawRepresentable<String>>(_ name: String, _: Choice.Type = Choice.self) -> Choice? {
        texts[name].flatMap { Choice(rawValue: $0) }
    }
}
