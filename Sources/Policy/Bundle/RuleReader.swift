import Advisories

/// Finds a rule's trigger and checks the parameters that the rule gives it.
struct RuleReader {
    private let rule: BundleObject
    private let log: ProblemLog
    private let allowsRetired: Bool

    init(_ rule: BundleObject, log: ProblemLog, allowsRetired: Bool) {
        self.rule = rule
        self.log = log
        self.allowsRetired = allowsRetired
    }

    /// Gate and trigger by their registered names, and the check; `nil` where something is wrong, which is noted.
    func check(
        gate gateName: String,
        trigger triggerName: String,
        parameters: [BundleObject]
    ) -> (gate: String, trigger: String, check: BundlePolicy.Rule.Check)? {
        guard let gate = Gates.named(gateName) else {
            log.add(
                .gateNotFound,
                at: rule.place("gate"),
                "there is no gate \(gateName)",
                remedy: "the gates are \(Gates.active.map(\.name).joined(separator: ", "))"
            )
            return nil
        }
        if gate.state == .endOfLife { return retired(gate, trigger: triggerName) }
        guard let type = gate.trigger(named: triggerName) else {
            log.add(
                .triggerNotFound,
                at: rule.place("trigger"),
                "the gate \(gate.name) has no trigger \(triggerName)",
                remedy: "its triggers are \(gate.triggers.map { $0.name }.joined(separator: ", "))"
            )
            return nil
        }
        guard let texts = texts(parameters, of: type, gate: gate) else { return nil }
        do {
            let trigger = try type.init(ParameterValues(texts, ruleID: rule.text("id")))
            return (gate.name, type.name, .trigger(trigger))
        } catch {
            let place = parameters.first { $0.text("name")?.lowercased() == error.parameter }
            log.add(
                Self.isAboutPattern(error.reason) ? .invalidPattern : .invalidValue,
                at: place?.place("value") ?? rule.place("params"),
                "the parameter \(error.parameter) is \(error.reason)",
                remedy: "see `tallyman policy describe --gate \(gate.name) --trigger \(type.name)`"
            )
            return nil
        }
    }

    /// Errors of patterns end with the place in the pattern.
    private static func isAboutPattern(_ reason: String) -> Bool { reason.contains(" at position ") }

    private func retired(
        _ gate: Gate,
        trigger: String
    ) -> (gate: String, trigger: String, check: BundlePolicy.Rule.Check)? {
        guard gate.retiredTriggers.contains(trigger.lowercased()) else {
            log.add(
                .triggerNotFound,
                at: rule.place("trigger"),
                "the gate \(gate.name) has no trigger \(trigger)",
                remedy: "remove the rule"
            )
            return nil
        }
        log.add(
            .endOfLife,
            at: rule.place("gate"),
            "Gate \(gate.name) has been End-of-Lifed. It will not be evaluated, and should be removed from policies"
                + (gate.supersededBy.map { " and replaced with '\($0)'" } ?? ""),
            remedy: gate.supersededBy.map { "use the gate \($0)" } ?? "remove the rule",
            severity: allowsRetired ? .warning : .error
        )
        return (gate.name, trigger.lowercased(), .retired(supersededBy: gate.supersededBy))
    }

    /// The values by the parameters' present names; `nil` where one is wrong.
    private func texts(_ parameters: [BundleObject], of type: any Trigger.Type, gate: Gate) -> [String: String]? {
        var names: [String: Parameter] = [:]
        for parameter in type.parameters {
            for name in [parameter.name] + parameter.aliases { names[name] = parameter }
        }
        var texts: [String: String] = [:]
        var isRight = true
        for object in parameters {
            guard let name = object.requiredText("name")?.lowercased() else {
                isRight = false
                continue
            }
            guard let parameter = names[name] else {
                let known = type.parameters.map(\.name)
                log.add(
                    .invalidParameter,
                    at: object.place("name"),
                    "\(gate.name)/\(type.name) has no parameter \(name)",
                    remedy: known.isEmpty ? "it takes none" : "its parameters are \(known.joined(separator: ", "))"
                )
                isRight = false
                continue
            }
            guard object.has("value") else { continue }
            guard let text = object.text("value") else {
                isRight = false
                continue
            }
            if let problem = parameter.kind.problem(with: text) {
                let isPattern: Bool
                if case .regex = parameter.kind { isPattern = true } else { isPattern = false }
                log.add(
                    isPattern ? .invalidPattern : .invalidValue,
                    at: object.place("value"),
                    "the parameter \(parameter.name) of \(gate.name)/\(type.name) has the value "
                        + "\(PythonText.quoted(String(text.prefix(200)))), which is \(problem)",
                    remedy: parameter.example.map { "write it as \"\($0)\"" } ?? "\(parameter.kind.summary)"
                )
                isRight = false
                continue
            }
            texts[parameter.name] = text
        }
        for parameter in type.parameters where parameter.isRequired && texts[parameter.name] == nil {
            let isGiven = parameters.contains { object in
                guard object.has("value"), let name = object.text("name")?.lowercased() else { return false }
                return name == parameter.name || parameter.aliases.contains(name)
            }
            guard !isGiven else { continue }
            log.add(
                .requiredParameter,
                at: rule.place("params"),
                "\(gate.name)/\(type.name) needs the parameter \(parameter.name)",
                remedy: "add {\"name\": \"\(parameter.name)\", \"value\": \"\(parameter.example ?? "")\"}"
            )
            isRight = false
        }
        return isRight ? texts : nil
    }
}
