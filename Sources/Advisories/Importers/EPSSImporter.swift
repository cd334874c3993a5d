import Bytes

/// Imports FIRST's EPSS scores (first.org/epss/data_stats): CSV with the columns `cve`, `epss` and, since September 2021,
/// `percentile`, after an optional comment line.
struct EPSSImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        file.content.hasBytes(Array("#model_version:".utf8)) || file.content.hasBytes(Array("cve,epss".utf8))
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "epss" }

    /// The `score_date` of the comment line; files without one are older than any with one.
    func edition(of file: FeedFile) -> String? {
        let start = file.content.bytes(at: 0, count: min(file.content.count, Self.maxCommentBytes)) ?? []
        let line = String(decoding: start.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let field = line.split(separator: ",").first { $0.hasPrefix("score_date:") }
        return field.map { String($0.dropFirst(11)).trimmingSpaces } ?? ""
    }

    /// A file without a date is not judged by it.
    func date(of file: FeedFile) -> String? { BoundedText.date(edition(of: file)) }

    private static let maxCommentBytes = 200

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        var columns: [String] = []
        try file.content.withUnsafeBytes { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self).trimmingSpaces }
                if fields.first?.hasPrefix("#") == true || fields == [""] { continue }
                if columns.isEmpty {
                    guard fields.first == "cve", fields.contains("epss") else {
                        throw AdvisoryError(.damaged, "\(file.name): no line of column names")
                    }
                    columns = fields
                    continue
                }
                guard let score = Self.score(fields, columns: columns, limits: limits) else {
                    counts.skip("\(file.name): not a score: \(fields.joined(separator: ","))", limits: limits)
                    continue
                }
                counts.records += 1
                try emit(.epss(score))
            }
        }
        return counts
    }

    private static func score(_ fields: [String], columns: [String], limits: AdvisoryLimits) -> EPSSScore? {
        guard fields.count == columns.count, let cve = fields.first, cve.hasPrefix("CVE-"),
            BoundedText.name(cve, limits: limits) != nil, let score = share("epss", fields, columns)
        else { return nil }
        return EPSSScore(cve: cve, score: score, percentile: share("percentile", fields, columns))
    }

    private static func share(_ column: String, _ fields: [String], _ columns: [String]) -> Double? {
        guard let index = columns.firstIndex(of: column), index < fields.count, let value = Double(fields[index]),
            (0...1).contains(value)
        else { return nil }
        return value
    }
}
