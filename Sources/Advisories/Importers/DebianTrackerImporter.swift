import Bytes
import OnePassJSON
import ScanModel
import Versions

/// Imports the Debian security tracker's JSON export (security-tracker.debian.org, `/tracker/data/json`).
///
/// The document is an object of source packages, each an object of CVEs. It is read a CVE at a time, so memory does not
/// grow with the file; every pair of source package and CVE is one record.
struct DebianTrackerImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var sources = try? JSONMembers(bytes),  // Not an object: another format.
                let source = try? sources.next(), var flaws = try? JSONMembers(source.value),
                let flaw = try? flaws.next()
            else { return false }
            return flaw.name.hasPrefix("CVE-") || flaw.name.hasPrefix("TEMP-")
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "debian" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.content.withUnsafeBytes { bytes in
            var sources = try file.frame { () throws(JSONError) in try JSONMembers(bytes) }
            while let source = try file.frame({ () throws(JSONError) in try sources.next() }) {
                try importSource(source, provider: provider, limits: limits, counts: &counts, emit: emit)
            }
        }
        return counts
    }

    private func importSource(
        _ source: (name: String, value: UnsafeRawBufferPointer),
        provider: String,
        limits: AdvisoryLimits,
        counts: inout ImportCounts,
        emit: (FeedItem) throws -> Void
    ) throws {
        guard let name = BoundedText.name(source.name, limits: limits) else {
            return counts.skip("a source package without a usable name", limits: limits)
        }
        var pairs: [(name: String, value: UnsafeRawBufferPointer)] = []
        do throws(JSONError) {
            var flaws = try JSONMembers(source.value)
            while let flaw = try flaws.next() { pairs.append(flaw) }
        } catch {
            counts.skip("\(name): \(error)", limits: limits)
        }
        for flaw in pairs {
            let record: AdvisoryRecord
            do throws(RecordProblem) {
                record = try Self.record(flaw.name, flaw.value, source: name, provider: provider, limits: limits)
            } catch {
                counts.skip("\(name) \(flaw.name): \(error.reason)", limits: limits)
                continue
            }
            counts.records += 1
            try emit(.advisory(record))
        }
    }

    private static func record(
        _ flaw: String,
        _ bytes: UnsafeRawBufferPointer,
        source: String,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let id = BoundedText.name(flaw, limits: limits) else { throw RecordProblem("unusable identifier") }
        let body = try RecordProblem.parse(bytes, limits: limits)
        guard let releases = body["releases"]?.object else { throw RecordProblem("no releases") }
        var ranges: [AffectedRange] = []
        for release in releases.members {
            guard ranges.count < limits.maxRanges else { throw RecordProblem("too many releases") }
            ranges.append(try range(release.name, release.value, source: source, limits: limits))
        }
        let isCVE = id.hasPrefix("CVE-")
        return AdvisoryRecord(
            id: id,
            provider: provider,
            severity: ranges.compactMap(\.severity).max() ?? .unknown,
            summary: BoundedText.clean(body["description"]?.string ?? "", maxBytes: limits.maxSummaryBytes),
            urls: isCVE ? ["https://security-tracker.debian.org/tracker/\(id)"] : [],
            affected: ranges.sorted { $0.ecosystem < $1.ecosystem }
        )
    }

    /// What the tracker says about one release.
    private static func range(
        _ codename: String,
        _ state: JSONValue,
        source: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AffectedRange {
        guard let release = BoundedText.name(DebianRelease.number(codename) ?? codename, limits: limits),
            let status = state["status"]?.string
        else { throw RecordProblem("release without a status") }
        var range = AffectedRange(
            ecosystem: "debian:\(release)",
            package: source,
            scheme: .dpkg,
            fixState: .notFixed,
            severity: severity(urgency: state["urgency"]?.string)
        )
        switch status {
        case "resolved":
            guard let fixed = BoundedText.name(state["fixed_version"]?.string, limits: limits) else {
                throw RecordProblem("resolved without a version")
            }
            range.fixed = fixed
            range.fixState = .fixed
        case "open":
            let isIgnored = state["nodsa_reason"]?.string == "ignored"
            if isIgnored || state["urgency"]?.string == "end-of-life" { range.fixState = .wontFix }
        case "undetermined": range.fixState = .unknown
        default: throw RecordProblem("unknown status \(status.prefix(40))")
        }
        return range
    }

    /// The tracker's urgency as a severity; a star marks what was not set by hand.
    private static func severity(urgency: String?) -> Severity? {
        guard let urgency else { return nil }
        switch urgency.prefix(while: { $0 != "*" }) {
        case "unimportant": return .negligible
        case "low": return .low
        case "medium": return .medium
        case "high": return .high
        default: return nil
        }
    }
}
