import Bytes
import OnePassJSON

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
    ///
    /// A list that is absent, or breaks off, throws `AdvisoryError`.
    func importRecords(
        of file: FeedFile,
        limits: AdvisoryLimits,
        read: (JSONValue) throws(RecordProblem) -> [FeedItem],
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.content.withUnsafeBytes { bytes in
            do {
                guard let list = try array(in: bytes, readingToEnd: true) else {
                    throw AdvisoryError(.damaged, "\(file.name): no \(member ?? "array")")
                }
                var elements = try JSONElements(list)
                var number = 0
                while let element = try elements.next() {
                    number += 1
                    let items: [FeedItem]
                    do throws(RecordProblem) {
                        items = try read(try RecordProblem.parse(element, limits: limits))
                    } catch {
                        counts.skip("\(file.name) record \(number): \(error.reason)", limits: limits)
                        continue
                    }
                    counts.records += 1
                    for item in items { try emit(item) }
                }
            } catch let error as JSONError {
                throw AdvisoryError(.damaged, "\(file.name): \(error)")
            }
        }
        return counts
    }

    /// The array; with `readingToEnd`, a document that breaks off behind it is an error too.
    private func array(
        in bytes: UnsafeRawBufferPointer,
        readingToEnd: Bool = false
    ) throws(JSONError) -> UnsafeRawBufferPointer? {
        guard let member else { return bytes }
        var members = try JSONMembers(bytes)
        var array: UnsafeRawBufferPointer?
        while let found = try members.next() {
            guard array == nil, found.name == member else { continue }
            array = found.value
            if !readingToEnd { break }
        }
        return array
    }
}
