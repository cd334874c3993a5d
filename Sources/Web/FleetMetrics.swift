import Store

/// What Prometheus reads (text exposition format 0.0.4).
struct FleetMetrics {
    let store: Store

    func text() async throws -> String {
        let counts = try await store.counts()
        var lines: [String] = []
        func family(_ name: String, _ help: String, _ type: String, _ samples: [(labels: String, value: Int)]) {
            lines.append("# HELP tallyman_\(name) \(help)")
            lines.append("# TYPE tallyman_\(name) \(type)")
            for sample in samples { lines.append("tallyman_\(name)\(sample.labels) \(sample.value)") }
        }
        family(
            "tasks",
            "Tasks by kind and state.",
            "gauge",
            counts.tasks.map { (#"{kind="\#($0.kind)",state="\#($0.state)"}"#, $0.count) }
        )
        family("runs", "Runs by state.", "gauge", counts.runs.map { (#"{state="\#($0.state)"}"#, $0.count) })
        family("images", "Images that tags point at now.", "gauge", [("", counts.images)])
        family("packages", "Distinct package versions.", "gauge", [("", counts.packages)])
        family("matches", "Open matches of package versions and vulnerabilities.", "gauge", [("", counts.matches)])
        return lines.joined(separator: "\n") + "\n"
    }
}
