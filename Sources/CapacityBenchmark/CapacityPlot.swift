import Foundation

/// Draws throughput by the number of workers, and what a layer costs, as SVG 1.1.
package enum CapacityPlot {
    private static let width = 860.0
    private static let height = 380.0
    private static let left = (x: 70.0, y: 50.0, width: 400.0, height: 260.0)
    private static let right = (x: 560.0, y: 50.0, width: 110.0, height: 260.0)
    private static let hues = ["#4e79a7", "#59a14f", "#f28e2b", "#b07aa1", "#76b7b2", "#e15759", "#9c755f"]

    /// The drawing; it follows the reader's light or dark scheme.
    package static func svg(_ report: CapacityReport) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(width)) \(text(height))" font-family="sans-serif" \
        font-size="12" role="img" aria-label="Throughput by workers, and CPU of a layer">
        <style>
        svg { color: #222; background: #fff } text { fill: currentColor }
        .axis { stroke: currentColor; fill: none } .grid { stroke: currentColor; opacity: .15 }
        @media (prefers-color-scheme: dark) { svg { color: #ddd; background: #111 } }
        </style>
        \(throughput(report))
        \(costs(report))
        </svg>

        """
    }

    private static func throughput(_ report: CapacityReport) -> String {
        let runs = report.runs.filter { $0.kind == .full && $0.load.layers > 0 }
        guard let first = runs.first else { return "" }
        let most = Double(runs.map(\.workers).max() ?? 1)
        let free = Double(report.model.cores) - runs.reduce(0) { $0 + $1.othersCores } / Double(runs.count)
        let model = (1...max(1, Int(most))).map { workers in
            (Double(workers), report.model.predict(first.load, workers: workers, cores: free).layersPerSecond)
        }
        let measured = runs.map { (Double($0.workers), $0.layersPerSecond) }
        let top = nice(max(1e-6, (measured + model).map(\.1).max() ?? 1) * 1.05)
        func place(_ point: (Double, Double)) -> (x: Double, y: Double) {
            (
                left.x + (most > 1 ? (point.0 - 1) / (most - 1) : 0.5) * left.width,
                left.y + left.height * (1 - min(1, point.1 / top))
            )
        }
        var out = label(left.x, 28, "layers a second (\(escaped(report.setup.profile)), \(report.setup.images) images)")
        for step in 0...4 {
            let value = top * Double(step) / 4
            let y = left.y + left.height * (1 - Double(step) / 4)
            out += #"<path class="grid" d="M\#(text(left.x)) \#(text(y))h\#(text(left.width))"/>"#
            out += label(left.x - 8, y + 4, value < 10 ? String(format: "%.1f", value) : "\(Int(value))", anchor: "end")
        }
        for run in runs {
            out += label(
                place((Double(run.workers), 0)).x,
                left.y + left.height + 18,
                "\(run.workers)",
                anchor: "middle"
            )
        }
        out += label(left.x + left.width / 2, left.y + left.height + 38, "workers", anchor: "middle")
        out +=
            #"<path class="axis" d="M\#(text(left.x)) \#(text(left.y))v\#(text(left.height))h\#(text(left.width))"/>"#
        out += line(model.map(place), stroke: hues[2], dash: "6 4")
        if let start = measured.first {
            out += line([place(start), place((most, min(top, start.1 / start.0 * most)))], stroke: "#888", dash: "2 4")
        }
        out += line(measured.map(place), stroke: hues[0], dash: nil)
        for point in measured.map(place) {
            out += #"<circle cx="\#(text(point.x))" cy="\#(text(point.y))" r="4" fill="\#(hues[0])"/>"#
        }
        for (index, entry) in [("measured", hues[0]), ("model", hues[2]), ("in proportion", "#888")].enumerated() {
            let x = left.x + Double(index) * 120
            out +=
                #"<rect x="\#(text(x))" y="352" width="12" height="12" fill="\#(entry.1)"/>"#
                + label(x + 18, 362, entry.0)
        }
        return out
    }

    /// What the CPU of the first run went into, for a layer.
    private static func costs(_ report: CapacityReport) -> String {
        guard let run = report.runs.first(where: { $0.load.layers > 0 }) else { return "" }
        var parts = WorkerPart.allCases.map { ($0.rawValue, run.workerParts[$0.rawValue] ?? 0) }
        parts += ["coordinator", "postgres", "redis"].map { ($0, run.cpu[$0] ?? 0) }
        let total = max(1e-9, parts.reduce(0) { $0 + $1.1 })
        let perLayer = total / Double(run.load.layers) * 1000
        var out = label(right.x, 28, "CPU of a layer: \(String(format: "%.1f", perLayer)) ms")
        var y = right.y
        for (index, part) in parts.enumerated() {
            let hue = hues[index % hues.count]
            let share = part.1 / total * right.height
            out +=
                #"<rect x="\#(text(right.x))" y="\#(text(y))" width="\#(text(right.width))" height="\#(text(share))" fill="\#(hue)" opacity="\#(index < hues.count ? "1" : ".55")"/>"#
            let row = right.y + 12 + Double(index) * 22
            let x = right.x + right.width + 16
            out +=
                #"<rect x="\#(text(x))" y="\#(text(row - 10))" width="12" height="12" fill="\#(hue)" opacity="\#(index < hues.count ? "1" : ".55")"/>"#
            out += label(x + 18, row, "\(escaped(part.0)) \(Int((part.1 / total * 100).rounded())) %")
            y += share
        }
        return out
    }

    private static func label(_ x: Double, _ y: Double, _ words: String, anchor: String = "start") -> String {
        #"<text x="\#(text(x))" y="\#(text(y))" text-anchor="\#(anchor)">\#(words)</text>"#
    }

    private static func line(_ points: [(x: Double, y: Double)], stroke: String, dash: String?) -> String {
        let path = points.map { "\(text($0.x)) \(text($0.y))" }.joined(separator: "L")
        let dash = dash.map { #" stroke-dasharray="\#($0)""# } ?? ""
        return #"<path d="M\#(path)" fill="none" stroke="\#(stroke)" stroke-width="2"\#(dash)/>"#
    }

    /// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
    private static func nice(_ value: Double) -> Double {
        let power = pow(10, floor(log10(value)))
        return ([1, 2, 2.5, 5].first { $0 * power >= value } ?? 10) * power
    }

    private static func text(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func escaped(_ words: String) -> String {
        words.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
