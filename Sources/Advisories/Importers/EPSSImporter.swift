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
        var found: Columns?
        try file.content.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let end = file.content.firstOffset(of: Self.lineEnd, from: start) ?? bytes.count
                let fields = Self.fields(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end + 1
                if fields.first?.hasPrefix("#") == true || fields == [""] { continue }
                guard let columns = found else {
                    found = try Self.columns(fields, of: file)
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

    private static let lineEnd = [UInt8(ascii: "\n")]

    // Where they lie in the file, as an array of each line would be a copy; no pointer is kept.
    private static func fields(_ line: UnsafeRawBufferPointer) -> [String] {
        line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
            String(decoding: UnsafeRawBufferPointer(rebasing: field), as: UTF8.self).trimmingSpaces
        }
    }

    /// Where a line has what; the first of them is the CVE.
    private struct Columns {
        var count: Int
        var score: Int
        var percentile: Int?
    }

    private static func columns(_ names: [String], of file: FeedFile) throws -> Columns {
        guard names.first == "cve", let score = names.firstIndex(of: "epss") else {
            throw AdvisoryError(.damaged, "\(file.name): no line of column names")
        }
        return Columns(count: names.count, score: score, percentile: names.firstIndex(of: "percentile"))
    }

    private static func score(_ fields: [String], columns: Columns, limits: AdvisoryLimits) -> EPSSScore? {
        guard fields.count == columns.count, let cve = fields.first, cve.hasPrefix("CVE-"),
            BoundedText.name(cve, limits: limits) != nil, let score = share(fields[columns.score])
        else { return nil }
        return EPSSScore(cve: cve, score: score, percentile: columns.percentile.flatMap { share(fields[$0]) })
    }

    private static func share(_ text: String) -> Double? {
        guard let value = Double(text), (0...1).contains(value) else { return nil }
        return value
    }
}
