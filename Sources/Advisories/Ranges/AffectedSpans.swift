import ScanModel
import Versions

/// What a database of one ecosystem says about one package: which versions are affected, and which are not.
struct AffectedSpans {
    /// The versions said to be affected; every version by default.
    var affected: [VersionSpan] = [.all]
    /// The versions said to hold a fix.
    var patched: [VersionSpan] = []
    /// The versions said never to have had the flaw.
    var unaffected: [VersionSpan] = []

    /// The intervals that remain as ranges of `template`'s package; throws where a version cannot be ordered.
    ///
    /// A range that does not end at a fix names the lowest fix above it.
    func ranges(_ template: AffectedRange) throws(RecordProblem) -> [AffectedRange] {
        let scheme = template.scheme
        guard affected.count + patched.count + unaffected.count <= VersionSpans.maxCount else {
            throw RecordProblem("more than \(VersionSpans.maxCount) intervals")
        }
        // No version of the ecosystem lies where a bound is of another one, as those of distributions' rebuilds are.
        let safe = (patched + unaffected).filter { $0.isOrdered(in: scheme) }
        guard let spans = VersionSpans(affected, scheme: scheme).subtracting(safe) else {
            throw RecordProblem("a version without an order")
        }
        return spans.map { span in
            var range = template
            if let lower = span.lower {
                if lower.isIncluded { range.introduced = lower.version } else { range.introducedAfter = lower.version }
            }
            guard let upper = span.upper else {
                range.fixState = .notFixed
                return range
            }
            if upper.isIncluded { range.lastAffected = upper.version } else { range.fixed = upper.version }
            if range.fixed == nil { range.fixed = fix(above: upper.version, scheme: scheme) }
            range.fixState = range.fixed == nil ? .unknown : .fixed
            return range
        }
    }

    /// The lowest version above `version` at which an interval of fixed versions begins.
    private func fix(above version: String, scheme: VersionScheme) -> String? {
        let end = ParsedVersion(version, scheme: scheme)
        var lowest: (text: String, version: ParsedVersion)?
        for span in patched {
            guard let bound = span.lower, bound.isIncluded else { continue }
            let candidate = ParsedVersion(bound.version, scheme: scheme)
            guard candidate.compare(to: end) == .greater else { continue }
            if let lowest, lowest.version.compare(to: candidate) != .greater { continue }
            lowest = (bound.version, candidate)
        }
        return lowest?.text
    }
}
