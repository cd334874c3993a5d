import Bytes
import OnePassJSON
import ScanModel
import Versions

/// Imports Ubuntu's security notices: the database of all of them (usn.ubuntu.com/usn-db/database-all.json), an object of
/// notices by number, or pages of the API (ubuntu.com/security/api/docs, `/security/notices.json`).
///
/// The database is read a notice at a time. Fixes are filed under source packages.
struct UbuntuNoticeImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    private enum Form { case database, page }

    func canRead(_ file: FeedFile) -> Bool { form(of: file) != nil }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "ubuntu-usn" }

    private func form(of file: FeedFile) -> Form? {
        file.content.withUnsafeBytes { bytes in
            // Not an object: another format.
            guard var members = try? JSONMembers(bytes), let first = try? members.next() else { return nil }
            if first.name == "notices", first.value.first == UInt8(ascii: "[") { return .page }
            guard first.name.first?.isNumber == true, var notice = try? JSONMembers(first.value) else { return nil }
            var names: Set<String> = []
            while let member = try? notice.next() { names.insert(member.name) }
            return names.isSuperset(of: ["releases", "cves"]) ? .database : nil
        }
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        if form(of: file) == .page {
            for notice in try file.json(limits: limits)["notices"]?.elements ?? [] {
                try add(UbuntuNotice(page: notice, limits: limits), provider, file, limits, &counts, emit)
            }
            return counts
        }
        try file.content.withUnsafeBytes { bytes in
            var notices = try file.frame { () throws(JSONError) in try JSONMembers(bytes) }
            while let member = try file.frame({ () throws(JSONError) in try notices.next() }) {
                let notice: UbuntuNotice?
                do throws(RecordProblem) {
                    let body = try RecordProblem.parse(member.value, limits: limits)
                    notice = UbuntuNotice(database: body, number: member.name, limits: limits)
                } catch {
                    counts.skip("\(file.name): \(member.name): \(error.reason)", limits: limits)
                    continue
                }
                try add(notice, provider, file, limits, &counts, emit)
            }
        }
        return counts
    }

    private func add(
        _ notice: UbuntuNotice?,
        _ provider: String,
        _ file: FeedFile,
        _ limits: AdvisoryLimits,
        _ counts: inout ImportCounts,
        _ emit: (FeedItem) throws -> Void
    ) throws {
        guard let notice else { return counts.skip("\(file.name): a notice without an identifier", limits: limits) }
        counts.records += 1
        try emit(.advisory(notice.record(provider: provider)))
    }
}

/// One notice.
struct UbuntuNotice {
    private let id: String
    private let title: String
    private let published: String?
    private var cves: [String] = []
    private var ranges: [AffectedRange] = []

    /// Reads an entry of the database, whose sources name the fixed version of each release.
    init?(database notice: JSONValue, number: String, limits: AdvisoryLimits) {
        guard let id = BoundedText.name(notice["id"]?.string ?? number, limits: limits) else { return nil }
        self.id = id.first?.isNumber == true ? "USN-\(id)" : id
        title = BoundedText.clean(notice["title"]?.string ?? "", maxBytes: limits.maxSummaryBytes)
        published = Self.date(seconds: notice["timestamp"])
        cves = Self.identifiers(notice["cves"], limits)
        for release in notice["releases"]?.object?.members ?? [] {
            for source in release.value["sources"]?.object?.members ?? [] {
                add(source.name, source.value["version"]?.string, series: release.name, limits)
            }
        }
    }

    /// Reads an entry of the API, where source packages are marked among the others.
    init?(page notice: JSONValue, limits: AdvisoryLimits) {
        guard let id = BoundedText.name(notice["id"]?.string, limits: limits) else { return nil }
        self.id = id
        title = BoundedText.clean(notice["title"]?.string ?? "", maxBytes: limits.maxSummaryBytes)
        published = BoundedText.date(notice["published"]?.string)
        cves = Self.identifiers(notice["cves_ids"], limits)
        for release in notice["release_packages"]?.object?.members ?? [] {
            for package in release.value.elements where package["is_source"]?.isTrue == true {
                add(package["name"]?.string, package["version"]?.string, series: release.name, limits)
            }
        }
    }

    func record(provider: String) -> AdvisoryRecord {
        AdvisoryRecord(
            id: id,
            provider: provider,
            covers: cves,
            published: published,
            summary: title,
            urls: ["https://ubuntu.com/security/notices/\(id)"],
            affected: UbuntuRelease.withUnfixedRelease(ranges)
        )
    }

    private mutating func add(_ name: String?, _ version: String?, series: String, _ limits: AdvisoryLimits) {
        guard let name = BoundedText.name(name, limits: limits),
            let version = BoundedText.name(version, limits: limits),
            let release = UbuntuRelease.number(series), ranges.count < limits.maxRanges
        else { return }
        let channel = UbuntuRelease.isPro(version: version) ? "esm" : "security"
        ranges.append(
            AffectedRange(
                ecosystem: UbuntuRelease.key(number: release, channel: channel),
                package: name,
                scheme: .dpkg,
                fixed: version,
                fixState: .fixed
            )
        )
    }

    private static func identifiers(_ list: JSONValue?, _ limits: AdvisoryLimits) -> [String] {
        Set((list?.strings ?? []).prefix(limits.maxRanges).flatMap { CVEText.identifiers(in: $0) }).sorted()
    }

    /// Seconds since 1970 as a date.
    private static func date(seconds: JSONValue?) -> String? {
        guard case .number(let seconds)? = seconds, seconds >= 0, seconds < 10_000_000_000 else { return nil }
        return CivilDate(daysSince1970: Int(seconds) / 86400).text
    }
}
