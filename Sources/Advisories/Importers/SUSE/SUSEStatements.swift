import ScanModel
import Versions

/// What a SUSE document says about products, `SUSE Linux Enterprise Server 15 SP5:bind-9.16.6-1.2.x86_64`.
struct SUSEStatements {
    enum Status { case fixed, affected, notAffected, wontFix, unknown }

    private(set) var ranges: [AffectedRange] = []
    private var seen: Set<AffectedRange> = []
    private let limits: AdvisoryLimits

    init(limits: AdvisoryLimits) { self.limits = limits }

    /// Adds a statement; one about a product that is no release, or a fix without a version, is of no use and left out.
    mutating func add(_ product: String, _ status: Status) throws(RecordProblem) {
        guard product.utf8.count <= limits.maxNameBytes * 2, let colon = product.firstIndex(of: ":"),
            let release = SUSEProduct.release(String(product[..<colon])),
            let component = BoundedText.name(String(product[product.index(after: colon)...]), limits: limits)
        else { return }
        let build = RPMBuild(component)
        var range = AffectedRange(
            ecosystem: release,
            package: build?.name ?? component,
            scheme: .rpm,
            fixState: .fixed
        )
        switch status {
        case .fixed:
            guard let build else { return }
            range.fixed = build.version
        case .affected: range.fixState = .notFixed
        case .wontFix: range.fixState = .wontFix
        case .unknown: range.fixState = .unknown
        case .notAffected: range.fixed = AffectedRange.neverAffectedBound
        }
        guard seen.insert(range).inserted else { return }
        guard ranges.count < limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) ranges") }
        ranges.append(range)
    }
}
