import DedicatedThread

/// Brings the files of one feed, all or none of them.
struct FeedTransfer: Sendable {
    let client: FeedClient
    let options: FeedSyncOptions
    let pool: ThreadPool

    /// Asks for each of `files` whether it has changed, and puts the new ones in place when all have come.
    func run(_ files: [RemoteFile], into folder: FeedFolder) async throws -> (FeedFolder, FeedOutcome.Result) {
        try await pool.run { try folder.prepare() }
        do {
            return try await fetch(files, into: folder)
        } catch {
            try await pool.run { folder.discard(files.count) }
            throw error
        }
    }

    private func fetch(_ files: [RemoteFile], into folder: FeedFolder) async throws -> (FeedFolder, FeedOutcome.Result)
    {
        var entries: [String: FeedFolder.Entry] = [:]
        var staged: [String: Int] = [:]
        var total = 0
        var missing: FeedSyncError?
        for (index, file) in files.enumerated() {
            do {
                let known = folder.entries[file.name].flatMap { $0.address == file.address.description ? $0 : nil }
                let target = StagedFile(path: folder.stagedPath(index), pool: pool)
                let reply = try await client.get(
                    file.address,
                    unless: known?.validators,
                    maxBytes: options.maxFileBytes,
                    isPage: false,
                    into: target
                )
                try await target.finish()
                switch reply {
                case .unchanged:
                    guard let known else {
                        throw FeedSyncError(.unusable, "\(file.address): answers 304 to a question that was not asked")
                    }
                    entries[file.name] = known
                case .received(let validators, let bytes):
                    try refuseOlder(validators, than: known?.validators, file)
                    entries[file.name] = FeedFolder.Entry(
                        address: file.address.description,
                        validators: validators,
                        bytes: bytes
                    )
                    staged[file.name] = index
                    total += bytes
                }
            } catch let error as FeedSyncError where error.code == .missing && file.isOptional {
                missing = error
            }
        }
        guard !entries.isEmpty else { throw missing ?? FeedSyncError(.missing, "there are no files of it") }
        return try await commit(entries, staged, total, into: folder, count: files.count)
    }

    private func commit(
        _ entries: [String: FeedFolder.Entry],
        _ staged: [String: Int],
        _ bytes: Int,
        into folder: FeedFolder,
        count: Int
    ) async throws -> (FeedFolder, FeedOutcome.Result) {
        let updated = try await pool.run {
            var folder = folder
            if entries != folder.entries || !staged.isEmpty { try folder.commit(entries, staged: staged) }
            folder.discard(count)
            return folder
        }
        return (updated, staged.isEmpty ? .unchanged : .fetched(files: staged.count, bytes: bytes))
    }

    /// A server that went back to an older file, as a restored or lagging mirror does, has no news.
    private func refuseOlder(_ new: Validators, than known: Validators?, _ file: RemoteFile) throws {
        guard !options.allowsOlder, let known = known?.lastModified.flatMap(HTTPDate.sortable),
            let new = new.lastModified.flatMap(HTTPDate.sortable), new < known
        else { return }
        throw FeedSyncError(.outdated, "\(file.address): older than what is there: of \(new), there is one of \(known)")
    }
}
