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
}
