/// A format whose documents hold their records in one array.
protocol RecordListImporter: AdvisoryImporter {
    /// Where the array of `file` is; throws where it holds none of this format.
    func list(of file: FeedFile) throws(AdvisoryError) -> RecordList

    /// What one record comes to under `provider`.
    func items(of record: JSONValue, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem]
}

extension RecordListImporter {
    var isOneRecordPerFile: Bool { false }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        try list(of: file).importRecords(
            of: file,
            limits: limits,
            read: { record throws(RecordProblem) in try items(of: record, provider: provider, limits: limits) },
            emit: emit
        )
    }
}
