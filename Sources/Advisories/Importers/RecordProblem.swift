import Bytes
import TOML
import YAML

/// Why one record of a feed is left out.
struct RecordProblem: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }

    /// Parses one record's bytes.
    static func parse(_ bytes: UnsafeRawBufferPointer, limits: AdvisoryLimits) throws(RecordProblem) -> JSONValue {
        guard bytes.count <= limits.maxRecordBytes else {
            throw RecordProblem("more than \(limits.maxRecordBytes) bytes")
        }
        do {
            return try JSONReader.parse(bytes, maxDepth: limits.maxDepth)
        } catch {
            throw RecordProblem("\(error)")
        }
    }

    /// Parses a file that is one JSON record.
    static func parseJSON(_ file: FeedFile, limits: AdvisoryLimits) throws(RecordProblem) -> JSONValue {
        try file.content.withUnsafeBytes { bytes throws(RecordProblem) in try parse(bytes, limits: limits) }
    }

    /// Parses a file that is one YAML record.
    static func parseYAML(_ file: FeedFile, limits: AdvisoryLimits) throws(RecordProblem) -> YAMLNode {
        guard file.content.count <= limits.maxRecordBytes else {
            throw RecordProblem("more than \(limits.maxRecordBytes) bytes")
        }
        do {
            return try YAMLReader.parse(file.content.all)
        } catch {
            throw RecordProblem("\(error)")
        }
    }

    /// Parses TOML that is a part of one record.
    static func parseTOML(_ bytes: [UInt8], limits: AdvisoryLimits) throws(RecordProblem) -> TOMLTable {
        guard bytes.count <= limits.maxRecordBytes else {
            throw RecordProblem("more than \(limits.maxRecordBytes) bytes")
        }
        do {
            return try TOMLDocument.parse(bytes)
        } catch {
            throw RecordProblem("\(error)")
        }
    }
}

extension ImportCounts {
    /// Emits what `read` makes of a file that is one record, or counts the record as damaged.
    static func ofOneRecord(
        in file: FeedFile,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void,
        read: () throws(RecordProblem) -> [FeedItem]
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        let items: [FeedItem]
        do throws(RecordProblem) {
            items = try read()
        } catch {
            counts.skip("\(file.name): \(error.reason)", limits: limits)
            return counts
        }
        counts.records = 1
        for item in items { try emit(item) }
        return counts
    }
}
