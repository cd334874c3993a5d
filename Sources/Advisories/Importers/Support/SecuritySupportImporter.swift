import Bytes

/// Imports the lists of the package debian-security-support: `security-support-ended.debN` with packages whose support
/// ended before that of the release, `security-support-limited` with those that are supported in part.
///
/// The list `security-support-ended` repeats that of the release which it is installed in, without naming it, and is
/// left out.
struct SecuritySupportImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    private static let endedPrefix = "security-support-ended.deb"

    func canRead(_ file: FeedFile) -> Bool {
        let name = file.name.split(separator: "/").last ?? ""
        return name == "security-support-limited" || Self.release(name) != nil
    }

    private static func release(_ name: Substring) -> String? {
        guard name.hasPrefix(endedPrefix) else { return nil }
        let number = name.dropFirst(endedPrefix.count)
        guard !number.isEmpty, number.utf8.count <= 3, number.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            return nil
        }
        return String(number)
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "debian-security-support" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        guard file.content.count <= limits.maxRecordBytes else {
            throw AdvisoryError(.tooLarge, "\(file.name): more than \(limits.maxRecordBytes) bytes")
        }
        let release = Self.release(file.name.split(separator: "/").last ?? "")
        for line in String(decoding: file.content.all, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = String(line).trimmingSpaces
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            guard let statement = Self.statement(text, release: release, limits: limits) else {
                counts.skip("\(file.name): not a package: \(text)", limits: limits)
                continue
            }
            counts.records += 1
            try emit(.support(statement))
        }
        return counts
    }

    private static func statement(_ line: String, release: String?, limits: AdvisoryLimits) -> SupportStatement? {
        let words = line.split(maxSplits: release == nil ? 1 : 3, whereSeparator: \.isWhitespace).map(String.init)
        guard let package = BoundedText.name(words.first, limits: limits) else { return nil }
        guard let release else {
            return SupportStatement(
                ecosystem: "debian",
                package: package,
                kind: .packageLimited,
                note: note(words.count > 1 ? words[1] : "", limits: limits)
            )
        }
        guard words.count >= 3, let version = BoundedText.name(words[1], limits: limits),
            let date = BoundedText.date(words[2])
        else { return nil }
        return SupportStatement(
            ecosystem: "debian:\(release)",
            package: package,
            kind: .packageEnded,
            date: date,
            lastVersion: version == "0" ? nil : version,
            note: note(words.count > 3 ? words[3] : "", limits: limits)
        )
    }

    private static func note(_ text: String, limits: AdvisoryLimits) -> String {
        BoundedText.clean(text.trimmingSpaces, maxBytes: limits.maxSummaryBytes)
    }
}
