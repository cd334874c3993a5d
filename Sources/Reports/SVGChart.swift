import ScanModel

/// Small bar charts as inline SVG: no script, no fonts of their own, colours from the page's style sheet.
enum SVGChart {
    /// One bar of a chart, in stacked parts.
    struct Bar: Sendable {
        var label: String
        /// Parts from left to right; a negative value counts as none.
        var parts: [Part]

        init(label: String, parts: [Part]) {
            self.label = label
            self.parts = parts
        }

        /// A bar of severities, worst first.
        init(label: String, severities: SeverityCounts) {
            self.label = label
            parts = Severity.worstFirst.map { Part(name: $0.rawValue, value: severities[$0], fill: "f-\($0.rawValue)") }
        }

        var total: Double { parts.reduce(0) { $0 + Double(max(0, $1.value)) } }
    }

    /// A part of a bar; `fill` is a class of the style sheet.
    struct Part: Sendable {
        var name: String
        var value: Int
        var fill: String
    }

    /// Bars that a chart draws at most; what is beyond is in the tables.
    static let maxBars = 12

    private static let width = 640
    private static let labelWidth = 210
    private static let figureWidth = 76
    private static let rowHeight = 26
    private static let barHeight = 15
    private static let maxLabelColumns = 30

    /// Horizontal stacked bars on one scale, from top to bottom; those beyond `maxBars` are left out.
    ///
    /// The title says what the chart shows, and is read out in its place. With nothing to draw, the text is empty.
    static func bars(title: String, _ bars: [Bar]) -> String {
        let shown = bars.prefix(maxBars)
        let greatest = shown.reduce(0) { max($0, $1.total) }
        guard !shown.isEmpty, greatest > 0 else { return "" }
        let height = shown.count * rowHeight + 4
        let room = Double(width - labelWidth - figureWidth)
        var out = "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 \(width) \(height)\" "
        out += "xmlns=\"http://www.w3.org/2000/svg\"><title>\(HTML.escape(title))</title>"
        for (row, bar) in shown.enumerated() {
            let top = row * rowHeight + 6
            let text = DisplayWidth.truncate(DisplayWidth.printable(bar.label), to: maxLabelColumns)
            let baseline = top + barHeight - 3
            out += "<text class=\"c-label\" x=\"\(labelWidth - 10)\" y=\"\(baseline)\" text-anchor=\"end\">"
            out += "\(HTML.escape(text))<title>\(HTML.escape(bar.label))</title></text>"
            var x = Double(labelWidth)
            for part in bar.parts where part.value > 0 {
                let partWidth = Double(part.value) / greatest * room
                out += "<rect class=\"\(HTML.escape(part.fill))\" x=\"\(Figures.decimal(x, places: 2))\" y=\"\(top)\" "
                out += "width=\"\(Figures.decimal(partWidth, places: 2))\" height=\"\(barHeight)\">"
                out += "<title>\(HTML.escape("\(bar.label): \(Figures.count(part.value)) \(part.name)"))</title></rect>"
                x += partWidth
            }
            out += "<text class=\"c-figure\" x=\"\(Figures.decimal(x + 6, places: 2))\" y=\"\(baseline)\">"
            out += "\(Figures.count(Int64(min(bar.total, 1e15))))</text>"
        }
        return out + "</svg>"
    }
}
