import CPostgres

/// A statement that is kept prepared, with the values for its parameters.
package struct KeptStatement: Sendable {
    let sql: String
    let parameters: [PostgresValue]

    /// `sql` must be one of a few constant texts; see ``PostgresSession/executeKept(_:_:)``.
    package init(_ sql: String, _ parameters: [PostgresValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// The answers to statements that were sent at once, in their order.
package struct PostgresAnswers: ~Copyable {
    private let session: PostgresSession
    private var remaining: Int

    fileprivate init(_ session: PostgresSession, count: Int) {
        self.session = session
        remaining = count
    }

    /// Waits for the answer to the next statement; the server goes on with those behind it meanwhile.
    ///
    /// - Throws: `PostgresError` where the statement failed; the others behind it were not executed then.
    package mutating func next() throws(PostgresError) -> PostgresRows {
        guard remaining > 0 else { throw PostgresError(.misuse, "more answers asked for than statements sent") }
        remaining -= 1
        let rows = try session.rows(PQgetResult(session.connection))
        // A null ends the results of each statement.
        session.drain()
        return rows
    }
}

extension PostgresSession {
    /// Sends statements that do not depend on each other's answers at once, and gives `body` the answers one by one
    /// (PostgreSQL manual, 34.5, "Pipeline Mode").
    ///
    /// A round trip is saved for each, and the server works on what comes behind while an answer is read here. Answers that
    /// `body` leaves are dropped. Outside a transaction all statements are one.
    ///
    /// - Throws: what `body` throws, or `PostgresError`.
    package func executeTogether<T>(
        _ statements: [KeptStatement],
        _ body: (inout PostgresAnswers) throws -> T
    ) throws -> T {
        try checkCancellation()
        // What is not prepared yet is prepared before: a pipeline holds nothing that waits for an answer.
        let ready = try statements.map { statement in
            let values = try PostgresParameters(statement.parameters)
            return (sql: statement.sql, name: try keptName(statement.sql, values), values: values)
        }
        guard PQenterPipelineMode(connection) == 1 else { throw failure(nil) }
        defer { endPipeline() }
        for statement in ready {
            let isSent =
                if let name = statement.name {
                    statement.values.sendPrepared(name, on: connection)
                } else {
                    statement.values.send(statement.sql, on: connection)
                }
            guard isSent else {
                let error = failure(nil)
                PQpipelineSync(connection)
                throw error
            }
        }
        guard PQpipelineSync(connection) == 1 else { throw failure(nil) }
        var answers = PostgresAnswers(self, count: statements.count)
        return try body(&answers)
    }

    /// Drops what is left of the answers, and takes single statements again.
    private func endPipeline() {
        // One null stands between two answers: after a second one nothing comes any more.
        var nulls = 0
        while isOpen, nulls < 2 {
            guard let pointer = PQgetResult(connection) else {
                nulls += 1
                continue
            }
            nulls = 0
            let isEnd = PQresultStatus(pointer) == PGRES_PIPELINE_SYNC
            PQclear(pointer)
            if isEnd { break }
        }
        if PQexitPipelineMode(connection) != 1 { isStuck = true }
    }
}
