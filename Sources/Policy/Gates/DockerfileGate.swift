import LinearRegex

extension Gate {
    static let dockerfile = Gate(
        "dockerfile",
        "Checks against the content of a dockerfile if provided, or a guessed dockerfile based on the image's history.",
        [
            InstructionTrigger.self, EffectiveUserTrigger.self, ExposedPortsTrigger.self,
            NoDockerfileTrigger.self,
        ]
    )
}

private let actualOnly = Parameter(
    "actual_dockerfile_only",
    .boolean,
    example: "true",
    "Only evaluate against a user-provided dockerfile, skip guessed ones. Default is false."
)

/// A list of what is allowed, or of what is not.
private enum ListType: String { case whitelist, blacklist }

/// Each line of a directive is compared; of a line that goes on in others, the first as Anchore takes it for the whole,
/// then all of them.
private struct InstructionTrigger: ImageTrigger {
    static let name = "instruction"
    static let summary = "Triggers if any instruction of the given kind is found to match the described condition."
    static let parameters = [
        Parameter(
            "instruction",
            .choice(Dockerfile.directives),
            required: true,
            example: "FROM",
            "The Dockerfile instruction to check."
        ),
        Parameter(
            "check",
            .choice(["=", "!=", "exists", "not_exists", "like", "not_like", "in", "not_in"]),
            required: true,
            example: "=",
            "The type of check to perform."
        ),
        Parameter("value", .text, example: "scratch", "The value to check the dockerfile instruction against."),
        actualOnly,
        // These two are not Anchore Engine's.
        Parameter(
            "last_only",
            .boolean,
            example: "true",
            "Only look at the last line of the instruction, which is the one that counts for USER, CMD, ENTRYPOINT and "
                + "HEALTHCHECK. Default is false."
        ),
        Parameter(
            "needs_history",
            .boolean,
            example: "true",
            "An image that has no history is not judged by what was run, copied or added, instead of let through. Default "
                + "is false."
        ),
    ]

    /// What an image's configuration states where it has no history.
    private static let stated: Set<String> = ["FROM", "USER", "EXPOSE", "HEALTHCHECK", "ENV"]

    private let directive: String
    private let check: String
    private let value: String?
    private let pattern: RegexPattern?
    private let isActualOnly: Bool
    private let isLastOnly: Bool
    private let needsHistory: Bool

    init(_ values: ParameterValues) throws(ParameterError) {
        directive = values.text("instruction") ?? ""
        check = values.text("check") ?? ""
        value = values.text("value")
        isActualOnly = values.boolean("actual_dockerfile_only") ?? false
        isLastOnly = values.boolean("last_only") ?? false
        needsHistory = values.boolean("needs_history") ?? false
        if check == "like" || check == "not_like", let value {
            pattern = try RegexPattern(parameter: "value", value)
        } else {
            pattern = nil
        }
    }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        if isActualOnly, image.dockerfile.value?.mode != .actual { return [] }
        if needsHistory, image.dockerfile.value?.isSilent == true, !Self.stated.contains(directive) {
            throw Unjudged(.notCollected, "the image has no history")
        }
        let all = try context.dockerfile(of: image)[directive]
        let instructions = isLastOnly ? all.suffix(1) : all[...]
        if check == "not_exists" {
            guard instructions.isEmpty else { return [] }
            return [
                TriggerFinding("Dockerfile directive '\(directive)' not found, matching condition '\(check)' check")
            ]
        }
        if value == nil, check != "exists" { return [] }
        let matcher = pattern.map { context.matcher(of: $0) }
        var found: [TriggerFinding] = []
        for instruction in instructions {
            guard let line = try match(instruction, matcher) else { continue }
            let first = argument(instruction.first)
            found.append(
                TriggerFinding(
                    message(line),
                    otherIDs: line == first
                        ? []
                        : [TriggerID.hash(gate: Gate.dockerfile.name, trigger: Self.name, message: message(first))]
                )
            )
        }
        return found
    }

    private func message(_ line: String) -> String {
        "Dockerfile directive '\(directive)' check '\(check)' matched against '\(value ?? "")' for line '\(line)'"
    }

    /// The text that fits; `nil` where none does.
    private func match(_ instruction: Dockerfile.Instruction, _ matcher: RegexMatcher?) throws(Unjudged) -> String? {
        let first = argument(instruction.first)
        let whole = argument(instruction.whole)
        switch check {
        case "exists": return first
        case "!=", "not_like", "not_in": return try holds(whole, matcher) ? whole : nil
        default:
            if try holds(first, matcher) { return first }
            return try holds(whole, matcher) ? whole : nil
        }
    }

    private func argument(_ line: String) -> String { PythonText.stripped(line.dropFirst(directive.count)) }

    private func holds(_ line: String, _ matcher: RegexMatcher?) throws(Unjudged) -> Bool {
        let value = value ?? ""
        switch check {
        case "=": return line == value
        case "!=": return line != value
        case "like": return try matcher?.judge(line) ?? false
        case "not_like": return try !(matcher?.judge(line) ?? true)
        case "in": return members(value).contains(line)
        case "not_in": return !members(value).contains(line)
        default: return false
        }
    }

    private func members(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { PythonText.stripped($0) }
    }
}

private struct EffectiveUserTrigger: ImageTrigger {
    static let name = "effective_user"
    static let summary =
        "Checks if the effective user matches the provided user names, as a whitelist or blacklist by the parameter type."
    static let parameters = [
        Parameter(
            "users",
            // Any text, also an empty one: no user is allowed then.
            .text,
            required: true,
            example: "root,docker",
            "User names to check against as the effective user (last user entry) in the image's history."
        ),
        Parameter(
            "type",
            .choice(["whitelist", "blacklist"]),
            required: true,
            example: "blacklist",
            "How to treat the provided user names."
        ),
    ]

    private let users: [String]
    private let type: ListType

    init(_ values: ParameterValues) {
        users = values.list("users")
        type = values.choice("type") ?? .blacklist
    }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let line = try context.dockerfile(of: image)["USER"].last?.whole ?? "USER root"
        var user = PythonText.stripped(line.dropFirst("USER".count))
        // History writes `USER [app]`.
        if user.hasPrefix("[") { user.removeFirst() }
        user = PythonText.stripped(user.prefix { $0 != "]" })
        guard !user.isEmpty else { return [] }
        switch type {
        case .whitelist where !users.contains(user):
            return [TriggerFinding("User \(user) found as effective user, which is not on the allowed list")]
        // Not copied: that root of another group is not root.
        case .blacklist where users.contains(user) || users.contains(String(user.prefix(while: { $0 != ":" }))):
            // Spelled as whitelists of hashed messages expect it.
            return [TriggerFinding("User \(user) found as effective user, which is explicity not allowed")]
        default: return []
        }
    }
}

private struct ExposedPortsTrigger: ImageTrigger {
    static let name = "exposed_ports"
    static let summary =
        "Evaluates the set of ports exposed. With type=whitelist it fires for ports that are not in the list, with "
        + "type=blacklist for those that are."
    static let parameters = [
        Parameter("ports", .integerList, required: true, example: "80,8080,8088", "List of port numbers."),
        Parameter(
            "type",
            .choice(["whitelist", "blacklist"]),
            required: true,
            example: "blacklist",
            "Whether to use port list as a whitelist or blacklist."
        ),
        actualOnly,
    ]

    private let ports: [String]
    private let type: ListType
    private let isActualOnly: Bool

    init(_ values: ParameterValues) {
        ports = values.integerList("ports").map { String($0) }
        type = values.choice("type") ?? .blacklist
        isActualOnly = values.boolean("actual_dockerfile_only") ?? false
    }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        if isActualOnly, image.dockerfile.value?.mode != .actual { return [] }
        return try context.dockerfile(of: image)["EXPOSE"].flatMap { instruction in
            let tokens = Array(PythonText.words(instruction.whole).dropFirst())
            return type == .blacklist ? denied(tokens) : notAllowed(tokens)
        }
    }

    private func denied(_ tokens: [String]) -> [TriggerFinding] {
        let exposed = Set(tokens)
        return ports.compactMap { port in
            [port, "\(port)/tcp", "\(port)/udp"].first { exposed.contains($0) }.map {
                TriggerFinding("Dockerfile exposes port (\($0)) which is in policy file DENIEDPORTS list")
            }
        }
    }

    private func notAllowed(_ tokens: [String]) -> [TriggerFinding] {
        let allowed = Set(ports.flatMap { [$0, "\($0)/tcp", "\($0)/udp"] })
        return tokens.filter { !allowed.contains($0) }.map {
            TriggerFinding("Dockerfile exposes port (\($0)) which is not in policy file ALLOWEDPORTS list")
        }
    }
}

private struct NoDockerfileTrigger: ImageTrigger {
    static let name = "no_dockerfile_provided"
    static let summary = "Triggers if the analysis was performed without the actual image Dockerfile."

    init(_: ParameterValues) {}

    func findings(in image: ImageFacts, _: EvaluationContext) -> [TriggerFinding] {
        image.dockerfile.value?.mode == .actual
            ? [] : [TriggerFinding("Image was not analyzed with an actual Dockerfile")]
    }
}
