import Foundation
import LayerScan
import Reports

/// The CPU time of a worker's analyzers, written when it ends into the folder that `TALLYMAN_COSTS` names.
struct CostsFile {
    static let variable = "TALLYMAN_COSTS"

    let costs = AnalyzerCosts()
    private let path: String

    /// `nil` where nobody wants to know.
    init?(process: String) {
        guard let folder = ProcessInfo.processInfo.environment[Self.variable], !folder.isEmpty else { return nil }
        path = "\(folder)/\(process).json"
    }

    func write() throws { try OutputFile(path).write(try ReportJSON.encode(costs.byCataloger)) }

    /// Adds up what all workers wrote into a folder, in seconds by name.
    static func read(folder: String) -> [String: Double] {
        var sums: [String: Double] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {  // nobody wrote anything
            guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let costs = try? JSONDecoder().decode([String: AnalyzerCosts.Cost].self, from: bytes)  // half written
            else { continue }
            for (name, cost) in costs { sums[name, default: 0] += cost.seconds }
        }
        return sums
    }
}
