import Testing

@testable import Policy

@Suite("Examples of parameters")
struct ParameterExampleTests {
    @Test("An example can be used as it stands: remedies offer it")
    func examples() {
        var count = 0
        for gate in Gates.active {
            for trigger in gate.triggers {
                for parameter in trigger.parameters {
                    guard let example = parameter.example else { continue }
                    count += 1
                    let problem = parameter.kind.problem(with: example)
                    #expect(problem == nil, "\(gate.name)/\(trigger.name) \(parameter.name): \(problem ?? "")")
                }
            }
        }
        #expect(count > 40)
    }
}
