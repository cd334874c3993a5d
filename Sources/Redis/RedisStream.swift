/// One entry of a stream.
package struct RedisStreamEntry: Sendable, Hashable {
    /// Its identifier, such as `1700000000000-0`.
    package let id: String
    /// Its fields; the last value counts where a name occurs twice.
    package let fields: [String: [UInt8]]

    /// The text of a field, with invalid UTF-8 repaired.
    package subscript(field: String) -> String? {
        fields[field].map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Entries of one stream, as `XREAD` and `XREADGROUP` answer.
package struct RedisStreamBatch: Sendable, Hashable {
    /// The key of the stream.
    package let stream: String
    package let entries: [RedisStreamEntry]
    /// Identifiers of entries that are pending but no longer in the stream.
    package let deleted: [String]
}

/// What `XAUTOCLAIM` answers.
package struct RedisAutoclaim: Sendable, Hashable {
    /// Where the next call should start; `0-0` at the end.
    package let next: String
    /// The entries that now belong to the consumer.
    package let entries: [RedisStreamEntry]
    /// Identifiers of entries that were pending but no longer in the stream (Redis 7 and later).
    package let deleted: [String]
}

extension RedisReply {
    /// Reads the reply of `XREAD` or `XREADGROUP`; a null reply, which means that nothing came, is empty.
    ///
    /// - Throws: `unexpectedReply` where the reply is of another form, or the error that it is.
    package func streamBatches() throws(RedisError) -> [RedisStreamBatch] {
        if try get().isNull { return [] }
        guard let array else { throw unexpected("XREADGROUP") }
        var batches: [RedisStreamBatch] = []
        for element in array {
            guard let pair = element.array, pair.count == 2, let stream = pair[0].string else {
                throw unexpected("XREADGROUP")
            }
            let (entries, deleted) = try pair[1].entriesAndDeleted()
            batches.append(RedisStreamBatch(stream: stream, entries: entries, deleted: deleted))
        }
        return batches
    }

    /// Reads the reply of `XRANGE`, `XREVRANGE` or `XCLAIM`.
    ///
    /// - Throws: `unexpectedReply` where the reply is of another form, or the error that it is.
    package func streamEntries() throws(RedisError) -> [RedisStreamEntry] {
        try get().entriesAndDeleted().entries
    }

    /// Reads the reply of `XAUTOCLAIM`.
    ///
    /// - Throws: `unexpectedReply` where the reply is of another form, or the error that it is.
    package func autoclaim() throws(RedisError) -> RedisAutoclaim {
        guard let parts = try get().array, parts.count >= 2, let next = parts[0].string else {
            throw unexpected("XAUTOCLAIM")
        }
        let (entries, deleted) = try parts[1].entriesAndDeleted()
        let listed = parts.count > 2 ? parts[2].strings ?? [] : []
        return RedisAutoclaim(next: next, entries: entries, deleted: deleted + listed)
    }

    private func entriesAndDeleted() throws(RedisError) -> (entries: [RedisStreamEntry], deleted: [String]) {
        guard let array else { throw unexpected("a stream command") }
        var entries: [RedisStreamEntry] = []
        var deleted: [String] = []
        for element in array {
            // Redis 6 answers null for a claimed entry that is gone.
            if element.isNull { continue }
            guard let pair = element.array, pair.count == 2, let id = pair[0].string else {
                throw unexpected("a stream command")
            }
            if pair[1].isNull {
                deleted.append(id)
            } else if let fields = pair[1].pairs {
                entries.append(RedisStreamEntry(id: id, fields: fields))
            } else {
                throw unexpected("a stream command")
            }
        }
        return (entries, deleted)
    }

    private func unexpected(_ command: String) -> RedisError {
        RedisError(.unexpectedReply, "the reply is not one of \(command)")
    }
}
