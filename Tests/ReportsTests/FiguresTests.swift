import ScanModel
import Testing

@testable import Reports

@Suite struct FiguresTests {
    @Test(
        "counts have separators",
        arguments: [
            (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ]
    )
    func counts(value: Int, text: String) {
        #expect(Figures.count(value) == text)
    }

    @Test(
        "decimals are rounded to fixed places",
        arguments: [
            (9.85, 1, "9.9"), (0.0, 2, "0.00"), (-0.001, 2, "0.00"), (-1.5, 1, "-1.5"), (0.00042, 5, "0.00042"),
            (.nan, 1, "–"), (1e300, 1, "–"), (12.6, 0, "13"), (999_999_999_999, 0, "999999999999"),
        ]
    )
    func decimals(value: Double, places: Int, text: String) {
        #expect(Figures.decimal(value, places: places) == text)
    }

    @Test(
        "durations use the units that fit",
        arguments: [
            (0.0, "0.0 s"), (12.34, "12.3 s"), (59.96, "1 min 00 s"), (200, "3 min 20 s"), (7_500, "2 h 05 min"),
            (-1, "–"), (.infinity, "–"),
        ]
    )
    func durations(seconds: Double, text: String) {
        #expect(Figures.duration(seconds: seconds) == text)
    }

    @Test(
        "bytes use binary units",
        arguments: [(0, "0 B"), (1_536, "1.5 KiB"), (Int64.max, "8.0 EiB"), (-4, "0 B")] as [(Int64, String)]
    )
    func bytes(value: Int64, text: String) {
        #expect(Figures.bytes(value) == text)
    }

    @Test("the total of severities does not overflow")
    func saturates() {
        #expect(SeverityCounts(critical: Int.max, low: 1).total == Int.max)
        #expect(SeverityCounts().worst == nil)
        #expect(SeverityCounts(low: 1, unknown: 4).worst == .low)
    }

    @Test("a chart of nothing is empty, and one of much is cut")
    func charts() {
        #expect(SVGChart.bars(title: "t", []).isEmpty)
        #expect(SVGChart.bars(title: "t", [.init(label: "x", severities: SeverityCounts())]).isEmpty)
        let bars = (0..<40).map { SVGChart.Bar(label: "<\($0)>", severities: SeverityCounts(high: Int.max)) }
        let svg = SVGChart.bars(title: "t", bars)
        #expect(svg.ranges(of: "<rect").count == SVGChart.maxBars)
        #expect(!svg.contains("<0>"))
    }
}
