package import Advisories
package import Foundation

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
        var sink = try AdvisoryFileSink(replacement, now: now.ISO8601Format())
        let report = try source.run(into: &sink, progress: progress)
        try sink.commit()
        let held = Set(report.problems.map(\.subject))
        FeedChecks.note(
            report.providers.map(\.provider).filter { !held.contains($0) },
            at: now,
            besideFile: path
        )
        return report
    }

    /// Remembers what became of fetching feeds when nothing is imported; does nothing where there is no file.
    package static func note(_ outcome: ImportOutcome, at path: String, now: Date = Date()) throws {
        let replacement = try FileReplacement(path)
        defer { replacement.discard() }
        guard replacement.hasExisting else { return }
        var sink = try AdvisoryFileSink(replacement, now: now.ISO8601Format())
        try sink.conclude(outcome)
        try sink.commit()
    }
}
