import ScanModel
import Versions

/// Turns the `ranges` and `versions` of one affected package into intervals (OSV schema 1.7, "Evaluation").
struct OSVRanges {
    /// The intervals, then one enumeration of the versions outside them.
    private(set) var ranges: [AffectedRange] = []

    private let template: AffectedRange
    private let limits: AdvisoryLimits

    private enum Event {
        case introduced(String)
        case fixed(String)
        case lastAffected(String)

        var version: String {
            switch self {
            case .introduced(let version), .fixed(let version), .lastAffected(let version): version
            }
        }
    }

    init(_ entry: JSONValue, template: AffectedRange, limits: AdvisoryLimits) {
        self.template = template
        self.limits = limits
        for range in entry["ranges"]?.elements ?? [] where range["type"]?.string != "GIT" {
            append(intervals(of: sorted(events(of: range))))
        }
        let outside = (entry["versions"]?.strings ?? []).prefix(limits.maxVersions).filter { isOutside($0) }
        guard !outside.isEmpty else { return }
        var enumeration = template
        enumeration.versions = outside.sorted()
        enumeration.isEnumeration = true
        // A list alone does not say which version ends it.
        enumeration.fixed = nil
        enumeration.fixState = ranges.contains { $0.fixState == .fixed } ? .unknown : .notFixed
        ranges.append(enumeration)
    }

    private mutating func append(_ new: [AffectedRange]) {
        for range in new where !ranges.contains(range) && ranges.count < limits.maxRanges { ranges.append(range) }
    }

    private func events(of range: JSONValue) -> [Event] {
        var events: [Event] = []
        for event in (range["events"]?.elements ?? []).prefix(limits.maxVersions) {
            for member in event.object?.members ?? [] {
                guard let version = BoundedText.name(member.value.string, limits: limits) else { continue }
                switch member.name {
                case "introduced": events.append(.introduced(version))
                case "fixed": events.append(.fixed(version))
                case "last_affected": events.append(.lastAffected(version))
                default: continue  // `limit` bounds the search in a Git history.
                }
            }
        }
        return events
    }

    /// The events in the order of their versions; as they came where versions cannot be compared.
    private func sorted(_ events: [Event]) -> [Event] {
        let keyed = events.enumerated().map { index, event in
            (
                index: index, event: event,
                version: event.version == "0" ? nil : ParsedVersion(event.version, scheme: template.scheme)
            )
        }
        guard keyed.allSatisfy({ $0.event.version == "0" || $0.version?.isOrdered != false }) else { return events }
        return
            keyed.sorted { left, right in
                guard let leftVersion = left.version else { return right.version != nil || left.index < right.index }
                guard let rightVersion = right.version else { return false }
                switch leftVersion.compare(to: rightVersion) {
                case .less: return true
                case .greater: return false
                default: return left.index < right.index
                }
            }
            .map(\.event)
    }

    private func intervals(of events: [Event]) -> [AffectedRange] {
        var intervals: [AffectedRange] = []
        var start: String?
        for event in events {
            switch event {
            case .introduced(let version):
                if start == nil { start = version }
            case .fixed(let version):
                guard let introduced = start else { continue }
                intervals.append(interval(from: introduced, fixed: version, lastAffected: nil))
                start = nil
            case .lastAffected(let version):
                guard let introduced = start else { continue }
                intervals.append(interval(from: introduced, fixed: nil, lastAffected: version))
                start = nil
            }
        }
        if let start { intervals.append(interval(from: start, fixed: nil, lastAffected: nil)) }
        return intervals
    }

    private func interval(from introduced: String, fixed: String?, lastAffected: String?) -> AffectedRange {
        var range = template
        range.introduced = introduced == "0" ? nil : introduced
        range.fixed = fixed
        range.lastAffected = lastAffected
        range.fixState = fixed != nil ? .fixed : lastAffected == nil ? .notFixed : .unknown
        return range
    }

    private func isOutside(_ version: String) -> Bool {
        guard BoundedText.name(version, limits: limits) != nil else { return false }
        return !ranges.contains { $0.contains(version) }
    }
}
