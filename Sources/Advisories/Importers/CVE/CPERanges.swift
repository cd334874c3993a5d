import ScanModel
import Versions

/// The ranges of programs that a record states by CPE names, collected and made few.
///
/// They are filed in the ecosystem `cpe` under `vendor:product`, with the generic order of versions.
struct CPERanges {
    private var intervals: [AffectedRange] = []
    private var seen: Set<AffectedRange> = []
    private var exact: [String: Set<String>] = [:]
    private let limits: AdvisoryLimits

    init(limits: AdvisoryLimits) { self.limits = limits }

    /// The bounds beside a name; all `nil` where the name's own version counts.
    struct Bounds {
        var startIncluding: String?
        var startExcluding: String?
        var endIncluding: String?
        var endExcluding: String?

        var isEmpty: Bool {
            startIncluding == nil && startExcluding == nil && endIncluding == nil && endExcluding == nil
        }
    }

    /// Adds one affected name; one of another system, or without a usable version, is left out.
    mutating func add(_ name: CPEName, _ bounds: Bounds) {
        guard name.mayRunOnLinux, BoundedText.name(name.key, limits: limits) != nil else { return }
        if bounds.isEmpty, name.version != "*" {
            guard name.version != "-", var version = BoundedText.name(name.version, limits: limits) else { return }
            if name.update != "*", name.update != "-" { version += "-\(name.update)" }
            exact[name.key, default: []].insert(version)
            return
        }
        var range = template(name.key)
        range.introduced = bound(bounds.startIncluding)
        range.introducedAfter = bound(bounds.startExcluding)
        range.fixed = bound(bounds.endExcluding)
        range.lastAffected = bound(bounds.endIncluding)
        range.fixState = range.fixed != nil ? .fixed : range.lastAffected == nil ? .notFixed : .unknown
        guard intervals.count < limits.maxRanges, seen.insert(range).inserted else { return }
        intervals.append(range)
    }

    /// Everything added, in a fixed order.
    var ranges: [AffectedRange] {
        var ranges = intervals
        for (key, versions) in exact.sorted(by: { $0.key < $1.key }) {
            var range = template(key)
            range.versions = Array(versions.sorted().prefix(limits.maxVersions))
            range.isEnumeration = true
            ranges.append(range)
        }
        return ranges
    }

    private func template(_ key: String) -> AffectedRange {
        AffectedRange(ecosystem: "cpe", package: key, scheme: .generic, fixState: .unknown)
    }

    /// A bound as it is kept; nothing, `0`, `*` and `-` bound nothing.
    private func bound(_ text: String?) -> String? {
        guard let text = BoundedText.name(text, limits: limits), !["0", "*", "-"].contains(text) else { return nil }
        return text
    }
}

extension CPERanges {
    /// Adds NVD's `configurations` (NVD API 2.0, `cve_api_json_2.0.schema`).
    ///
    /// A configuration that also needs a platform on which no Linux image runs is left out.
    mutating func add(configurations: JSONValue?) {
        for configuration in configurations?.elements ?? [] {
            let nodes = configuration["nodes"]?.elements ?? []
            let needsAll = configuration["operator"]?.string == "AND"
            if needsAll, nodes.contains(where: Self.isForeign) { continue }
            for node in nodes where !node["negate"].isTrue {
                for match in (node["cpeMatch"]?.elements ?? []) where match["vulnerable"].isTrue {
                    guard let name = match["criteria"]?.string.flatMap(CPEName.init) else { continue }
                    add(name, Bounds(match))
                }
            }
        }
    }

    private static func isForeign(_ node: JSONValue) -> Bool {
        let matches = node["cpeMatch"]?.elements ?? []
        return !matches.isEmpty
            && matches.allSatisfy { match in
                !match["vulnerable"].isTrue
                    && match["criteria"]?.string.flatMap(CPEName.init)?.isForeignPlatform == true
            }
    }
}

extension CPERanges.Bounds {
    /// The bounds of one match; both generations of NVD's formats name them alike.
    init(_ match: JSONValue) {
        self.init(
            startIncluding: match["versionStartIncluding"]?.string,
            startExcluding: match["versionStartExcluding"]?.string,
            endIncluding: match["versionEndIncluding"]?.string,
            endExcluding: match["versionEndExcluding"]?.string
        )
    }
}

extension JSONValue? {
    /// Whether it is there and true.
    var isTrue: Bool {
        if case .bool(let truth) = self { truth } else { false }
    }
}
