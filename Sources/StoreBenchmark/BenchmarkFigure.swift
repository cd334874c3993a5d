/// One figure beside its limit.
package struct BenchmarkFigure: Sendable, Codable {
    package var question: String
    package var measured: Double
    package var unit: String
    /// `nil` where the figure is for information.
    package var limit: Double?
    package var note: String

    package var isWithin: Bool { limit.map { measured <= $0 } ?? true }
}

/// Why a benchmark cannot be run.
package struct BenchmarkError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
