/// The gates, triggers and parameters, as Anchore Engine's `GET /system/policy_spec` lists them.
package struct GateDescription: Sendable, Encodable {
    /// A trigger of the gate.
    package struct TriggerDescription: Sendable, Encodable {
        package let name: String
        package let description: String
        package let state: String
        package let supersededBy: String?
        package let parameters: [ParameterDescription]

        private enum CodingKeys: String, CodingKey {
            case name, description, state, parameters
            case supersededBy = "superceded_by"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(description, forKey: .description)
            try container.encode(state, forKey: .state)
            try container.encode(supersededBy, forKey: .supersededBy)
            try container.encode(parameters, forKey: .parameters)
        }
    }

    /// A parameter of a trigger.
    package struct ParameterDescription: Sendable, Encodable {
        package let name: String
        package let description: String
        package let isRequired: Bool
        package let example: String?
        package let kind: ParameterKind

        private enum CodingKeys: String, CodingKey {
            case name, description, example, state, validator
            case isRequired = "required"
            case supersededBy = "superceded_by"
        }

        private enum ValidatorKeys: String, CodingKey { case type, description, criteria }

        private enum CriteriaKeys: String, CodingKey {
            case type
            case words = "enum"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(description, forKey: .description)
            try container.encode(isRequired, forKey: .isRequired)
            try container.encode(example, forKey: .example)
            try container.encode(Gate.State.active.rawValue, forKey: .state)
            try container.encodeNil(forKey: .supersededBy)
            var validator = container.nestedContainer(keyedBy: ValidatorKeys.self, forKey: .validator)
            try validator.encode(kind.validatorType, forKey: .type)
            try validator.encode(kind.summary, forKey: .description)
            var criteria = validator.nestedContainer(keyedBy: CriteriaKeys.self, forKey: .criteria)
            try criteria.encode("string", forKey: .type)
            switch kind {
            case .choice(let words): try criteria.encode(words, forKey: .words)
            case .boolean: try criteria.encode(["true", "false"], forKey: .words)
            default: break
            }
        }
    }

    package let name: String
    package let description: String
    package let state: String
    package let supersededBy: String?
    package let triggers: [TriggerDescription]

    /// All gates: those in use, then those that are no more.
    package static let all: [GateDescription] = (Gates.active + Gates.retired).map { GateDescription($0) }

    private init(_ gate: Gate) {
        name = gate.name
        description = gate.summary
        state = gate.state.rawValue
        supersededBy = gate.supersededBy
        let present = gate.triggers.map { type in
            TriggerDescription(
                name: type.name,
                description: type.summary,
                state: Gate.State.active.rawValue,
                supersededBy: nil,
                parameters: type.parameters.map {
                    ParameterDescription(
                        name: $0.name,
                        description: $0.summary,
                        isRequired: $0.isRequired,
                        example: $0.example,
                        kind: $0.kind
                    )
                }
            )
        }
        let retired = gate.retiredTriggers.map {
            TriggerDescription(
                name: $0,
                description: "",
                state: Gate.State.endOfLife.rawValue,
                supersededBy: nil,
                parameters: []
            )
        }
        triggers = present + retired
    }

    private enum CodingKeys: String, CodingKey {
        case name, description, state, triggers
        case supersededBy = "superceded_by"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(description, forKey: .description)
        try container.encode(state, forKey: .state)
        try container.encode(supersededBy, forKey: .supersededBy)
        try container.encode(triggers, forKey: .triggers)
    }
}
