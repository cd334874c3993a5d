/// Where registries' budgets are in Redis; see ARCHITECTURE.md, "Registry budgets".
enum BudgetKeys {
    /// Registries by the time (seconds since 1970) of their last use.
    static let registries = "tallyman:registries"
    /// Processes that share the budgets, by the time of their last sign of life.
    static let clients = "tallyman:registry-clients"

    static func budget(_ registry: String) -> String { "tallyman:{registry \(registry)}:budget" }
    static func passes(_ registry: String) -> String { "tallyman:{registry \(registry)}:passes" }
}
