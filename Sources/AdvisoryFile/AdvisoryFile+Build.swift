package import Advisories
package import Foundation
import GRDB

extension AdvisoryFile {
    /// Imports feeds into the file at `path`, which is made where there is none.
    ///
    /// The work happens in a new file beside it, which takes its place in one step after everything has been read,
    /// checked and flushed to disk. An error leaves the old file as it was; so does an import that brings nothing new.
    /// Providers that are not imported, or whose feeds are broken or older, keep what they had.
    ///
    /// - Parameters:
    ///   - path: The advisory file.
    ///   - feeds: Feed files, or folders of them.
    ///   - options: How to go about it.
    ///   - now: The time to record.
    ///   - progress: Called as records come in.
    /// - Returns: What was imported and what was left out.
    /// - Throws: `AdvisoryError` where no feed could be used, `AdvisoryFileError` for the file.
    @discardableResult
    package static func build(
        at path: String,
        from feeds: [String],
        options: AdvisoryImport.Options = .init(),
        now: Date = Date(),
        progress: (AdvisoryImport.Progress) -> Void = { _ in }
    ) throws -> ImportReport {
        let source = try AdvisoryImport(paths: feeds, options: options)
        let replacement = try FileReplacement(path)
        defer { replacement.discard() }
        let report: ImportReport
        do {
            var sink = try AdvisoryFileSink(replacement, now: now.ISO8601Format())
            report = try source.run(into: &sink, progress: progress)
            try sink.commit()
        } catch let error as DatabaseError {
            throw told(error, path: path)
        }
        let held = Set(report.problems.map(\.subject))
        FeedChecks.note(
            report.providers.map(\.provider).filter { !held.contains($0) },
            at: now,
            besideFile: path
        )
        return report
    }

    /// What keeps the new file from being written, where it is none of our faults.
    private static func told(_ error: DatabaseError, path: String) -> any Error {
        let cause: String
        switch error.resultCode {
        case .SQLITE_FULL: cause = "there is no room for a new one beside it; make some"
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
            let words = error.message ?? "\(error.resultCode)"
            cause = "a new one cannot be written beside it (\(words)); name another place"
        default: return error
        }
        return AdvisoryFileError(.unwritable, "\(path): \(cause). What was there stays as it was")
    }

    /// Remembers what became of fetching feeds when nothing is imported; does nothing where there is no file.
    package static func note(_ outcome: ImportOutcome, at path: String, now: Date = Date()) throws {
        let replacement = try FileReplacement(path)
        defer { replacement.discard() }
        guard replacement.hasExisting else { return }
        do {
            var sink = try AdvisoryFileSink(replacement, now: now.ISO8601Format())
            try sink.conclude(outcome)
            try sink.commit()
        } catch let error as DatabaseError {
            throw told(error, path: path)
        }
    }
}
