/// A format whose feeds are collections of documents with one record each.
protocol OneRecordImporter: AdvisoryImporter {
    /// What the record that `file` is comes to under `provider`.
    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem]
}

extension OneRecordImporter {
    var isOneRecordPerFile: Bool { true }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        try .ofOneRecord(in: file, limits: limits, emit: emit) { () throws(RecordProblem) in
            try items(of: file, provider: provider, limits: limits)
        }
    }
}
