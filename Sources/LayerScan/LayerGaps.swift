import ScanModel

/// What of a layer was not looked at, as far as it is listed.
struct LayerGaps {
    private let maxCount: Int
    private var gaps: Set<CoverageGap> = []
    /// By the path that they are about: they go with what stands there.
    private var problems: [LayerPath: [CoverageGap]] = [:]
    private var problemCount = 0
    private var hidden = 0

    init(maxCount: Int) { self.maxCount = maxCount }

    /// A gap that stays, whatever the archive holds later.
    mutating func add(path: String, reason: String) {
        guard gaps.count < maxCount else {
            hidden += 1
            return
        }
        gaps.insert(CoverageGap(path: path, reason: reason))
    }

    /// A gap of what stands at `path` now.
    mutating func add(at path: LayerPath, _ reason: String) {
        guard problemCount < maxCount else {
            hidden += 1
            return
        }
        problemCount += 1
        problems[path, default: []].append(CoverageGap(path: path.text, reason: String(reason.prefix(500))))
    }

    /// Takes back what was wrong with the content of `path`.
    mutating func forget(_ path: LayerPath) { problemCount -= problems.removeValue(forKey: path)?.count ?? 0 }

    /// All of them in order, and last how many more there are.
    mutating func finish() -> [CoverageGap] {
        for found in problems.sorted(by: { $0.key < $1.key }) {
            for gap in found.value { add(path: gap.path, reason: gap.reason) }
        }
        if hidden > 0 { gaps.insert(CoverageGap(path: "", reason: "\(hidden) more gaps are not listed")) }
        return gaps.sorted()
    }
}
