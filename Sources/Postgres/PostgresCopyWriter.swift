import CPostgres

/// Sends the rows of one `COPY … FROM STDIN`; valid only inside the closure of `copyIn`.
package final class PostgresCopyWriter {
    /// How much is gathered before it is handed to libpq, in bytes.
    private static let chunkBytes = 64 * 1024

    private let session: PostgresSession
    private var buffer: [UInt8] = []
    private var field: [UInt8] = []

    init(_ session: PostgresSession) {
        self.session = session
        buffer.reserveCapacity(Self.chunkBytes + Self.chunkBytes / 4)
    }

    /// Sends one row: as many values as the statement names columns, in that order.
    ///
    /// - Throws: `PostgresError`; the copy has then failed, and nothing of it is kept.
    package func writeRow(_ values: [PostgresValue]) throws(PostgresError) {
        var isFirst = true
        for value in values {
            if !isFirst { buffer.append(UInt8(ascii: "\t")) }
            isFirst = false
            if value == .null {
                buffer.append(UInt8(ascii: "\\"))
                buffer.append(UInt8(ascii: "N"))
                continue
            }
            field.removeAll(keepingCapacity: true)
            try PostgresText.append(value, to: &field)
            appendEscapedField()
        }
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.chunkBytes { try flush() }
    }

    /// Escapes what has a meaning in COPY's text format (PostgreSQL manual, COPY, Text Format).
    private func appendEscapedField() {
        for byte in field {
            switch byte {
            case UInt8(ascii: "\\"): buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\\")])
            case UInt8(ascii: "\t"): buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case UInt8(ascii: "\n"): buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\r"): buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            default: buffer.append(byte)
            }
        }
    }

    func flush() throws(PostgresError) {
        try session.checkCancellation()
        guard !buffer.isEmpty else { return }
        let sent: Int32 = buffer.withUnsafeBytes { bytes in
            // One row can exceed what the call takes, so it goes in pieces; COPY does not mind where they end.
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.chunkBytes))
                let status = PQputCopyData(
                    session.connection,
                    piece.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(piece.count)
                )
                guard status == 1 else { return status }
                rest = rest.dropFirst(piece.count)
            }
            return 1
        }
        buffer.removeAll(keepingCapacity: true)
        guard sent == 1 else { throw session.failure(nil) }
    }
}

extension PostgresSession {
    /// Copies rows into a table in one statement, all of them or none.
    ///
    /// - Parameters:
    ///   - sql: `COPY table (columns) FROM STDIN`, in the text format that it has without options.
    ///   - write: sends the rows; what it throws ends the copy.
    /// - Returns: how many rows were copied.
    /// - Throws: `PostgresError`, or what `write` throws.
    @discardableResult
    package func copyIn(_ sql: String, _ write: (PostgresCopyWriter) throws -> Void) throws -> Int {
        try checkCancellation()
        try Self.check(sql)
        try beginCopy(sql)
        do {
            let writer = PostgresCopyWriter(self)
            try write(writer)
            try writer.flush()
        } catch {
            // The server's own reason, such as a bad row, explains more than the failure to send the next one.
            guard PQputCopyEnd(connection, "abandoned by the client") == 1 else { throw failure(nil) }
            defer { drain() }
            if let failure = error as? PostgresError, failure.code == .server || failure.code == .connectionLost {
                _ = try rows(PQgetResult(connection))
            }
            throw error
        }
        guard PQputCopyEnd(connection, nil) == 1 else { throw failure(nil) }
        defer { drain() }
        return try rows(PQgetResult(connection)).affected
    }

    /// Copies rows into a table in one statement, all of them or none.
    ///
    /// - Parameters:
    ///   - sql: `COPY table (columns) FROM STDIN`, in the text format that it has without options.
    ///   - rows: the values of each row, in the order of the columns.
    /// - Returns: how many rows were copied.
    /// - Throws: `PostgresError`.
    @discardableResult
    package func copyIn(_ sql: String, rows: some Sequence<[PostgresValue]>) throws -> Int {
        try copyIn(sql) { writer in
            for row in rows { try writer.writeRow(row) }
        }
    }

    private func beginCopy(_ sql: String) throws(PostgresError) {
        guard let pointer = PQexec(connection, sql) else { throw failure(nil) }
        guard PQresultStatus(pointer) == PGRES_COPY_IN else {
            _ = try rows(pointer)
            throw PostgresError(.misuse, "copyIn needs a COPY … FROM STDIN statement")
        }
        let isBinary = PQbinaryTuples(pointer) != 0
        PQclear(pointer)
        guard !isBinary else {
            _ = PQputCopyEnd(connection, "binary format")
            drain()
            throw PostgresError(.misuse, "copyIn needs COPY's text format")
        }
    }
}
