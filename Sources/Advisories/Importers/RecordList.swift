import Bytes

/// A document that holds its records in one array: at the top, or in a member of the object at the top.
struct RecordList {
    /// The member with the array; `nil` where the array is the document.
    var member: String?

    /// The first record's value, for telling formats apart; `nil` where there is none, or the document is another.
    func first(of file: FeedFile, limits: AdvisoryLimits) -> JSONValue? {
        file.content.withUnsafeBytes { bytes in
            // What cannot be read is another format.
            guard let list = try? array(in: bytes), var elements = try? JSONElements(list),
                let element = try? elements.next(), element.count <= limits.maxRecordBytes
            else { return nil }
            return try? JSONReader.parse(element, maxDepth: limits.maxDepth)  // Likewise.
        }
    }

    /// Reads each record with `read`; one that is damaged is left out and counted.
    func importRecords(
        of file: FeedFile,
        limits: AdvisoryLimits,
        read: (JSONValue) throws(RecordProblem) -> AdvisoryRecord,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.content.withUnsafeBytes { bytes in
            do {
                guard let list = try array(in: bytes) else {
                    throw AdvisoryError(.damaged, "\(file.name): no \(member ?? "array")")
                }
                var elements = try JSONElements(list)
                while let element = try elements.next() {
                    let record: AdvisoryRecord
                    do throws(RecordProblem) {
                        record = try read(try RecordProblem.parse(element, limits: limits))
                    } catch {
                        counts.skip("\(file.name): \(error.reason)", limits: limits)
                        continue
                    }
                    counts.records += 1
                    try emit(.advisory(record))
                }
            } catch let error as JSONError {
                throw AdvisoryError(.damaged, "\(file.name): \(error)")
            }
        }
        return counts
    }

    private func array(in bytes: UnsafeRawBufferPointer) throws(JSONError) -> UnsafeRawBufferPointer? {
        guard let member else { return bytes }
        var members = try JSONMembers(bytes)
        while let found = try members.next() {
            if found.name == member { return found.value }
        }
        return nil
    }
}
