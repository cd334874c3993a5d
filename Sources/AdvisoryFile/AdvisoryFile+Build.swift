package import Advisories
package import Foundation
import GRDB

extension AdvisoryFile {
    /// Imports feeds into the file at `path`, which is made where there is none.
    ///
    /// The work happens in a new file beside it, which takes its place in one step after everything has been read,
    /// checked and flushed to disk. An error leaves the old file as it was; so does an import that brings nothing new.
    /// Providers that are not imported keep what they had.
    ///
    /// - Parameters:
    ///   - path: The advisory file.
    ///   - feeds: Feed files, or folders of them.
    ///   - provider: The name for everything that is read; by default each feed's own.
    ///   - limits: The bounds on what a feed may claim.
    ///   - now: The time to record.
    ///   - progress: Called as records come in.
    /// - Returns: What was imported and what was left out.
    /// - Throws: `AdvisoryError` for the feeds, `AdvisoryFileError` for the file.
    @discardableResult
    package static func build(
        at path: String,
        from feeds: [String],
        provider: String? = nil,
        limits: AdvisoryLimits = .init(),
        now: Date = Date(),
        progress: (AdvisoryImport.Progress) -> Void = { _ in }
    ) throws -> ImportReport {
        let source = try AdvisoryImport(paths: feeds, provider: provider, limits: limits)
        let replacement = try FileReplacement(path)
        defer { replacement.discard() }
        let isNew = try replacement.copyExisting() == false
        if !isNew { _ = try AdvisoryFile(path: path) }
        let queue = try open(replacement.temporaryPath, isNew: isNew)
        var sink = AdvisoryFileSink(queue, now: now.ISO8601Format())
        let report = try source.run(into: &sink, progress: progress)
        guard sink.hasChanged else {
            try queue.close()
            return report
        }
        try queue.write { db in
            try db.execute(sql: "ANALYZE")
            guard try String.fetchOne(db, sql: "PRAGMA quick_check") == "ok" else {
                throw AdvisoryFileError(.damaged, "\(path): the new file failed its check")
            }
        }
        try queue.close()
        try replacement.commit()
        return report
    }

    private static func open(_ path: String, isNew: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            // Nobody else sees the file before it is complete; after a crash it is thrown away.
            try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        if isNew { try queue.write { db in try AdvisorySchema.create(db) } }
        return queue
    }
}
