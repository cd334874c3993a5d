extension Gate {
    static let always = Gate(
        "always",
        "Triggers that fire unconditionally if present in a policy, for tests of mappings and for blocking of images.",
        [AlwaysTrigger.self]
    )
}

private struct AlwaysTrigger: ImageTrigger {
    static let name = "always"
    static let summary = "Fires if present in a policy being evaluated, whatever the image is."

    init(_: ParameterValues) {}

    func findings(in _: ImageFacts, _: EvaluationContext) -> [TriggerFinding] {
        [TriggerFinding("Unconditional trigger match", id: "always")]
    }
}
