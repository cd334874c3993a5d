import ArgumentParser
import Foundation
import VEX

/// The options that say which findings need no work.
struct SuppressionOptions: ParsableArguments {
    @Option(
        name: .customLong("vex"),
        help: ArgumentHelp(
            "A VEX document, or a folder of them: OpenVEX, CSAF or CycloneDX; may be repeated.",
            valueName: "FILE|FOLDER"
        )
    )
    var documents: [String] = []

    @Option(
        name: .customLong("exceptions"),
        help: ArgumentHelp("A file of exceptions, YAML or JSON; may be repeated.", valueName: "FILE")
    )
    var exceptionFiles: [String] = []

    @OptionGroup var day: DayOption

    /// Reads all that was given, and says on standard error what of it does not count.
    func load() throws -> Suppressions {
        let day = try day.day
        let documents = try SuppressionFiles.documents(documents)
        let exceptions = try SuppressionFiles.exceptions(exceptionFiles)
        let all = Suppressions(documents: documents, exceptions: exceptions, today: day)
        Self.tell(all.expired, by: day)
        return all
    }

    /// Says which exceptions have ended, the first of them.
    static func tell(_ expired: [FindingException], by day: String) {
        for exception in expired.prefix(20) {
            ConsoleOutput.error(
                "exception of \(exception.source) for \(exception.id) ended on \(exception.expires ?? day) and counts no more"
            )
        }
        if expired.count > 20 { ConsoleOutput.error("and \(expired.count - 20) more exceptions have ended") }
    }
}

/// The day as of which exceptions are judged.
struct DayOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The day (UTC) as of which exceptions count; today if not given.",
            valueName: "YYYY-MM-DD"
        )
    )
    var asOf: String?

    /// The day that was named, else today.
    var day: String {
        get throws { try Self.check(asOf) ?? String(Date.now.ISO8601Format().prefix(10)) }
    }

    /// The same day; throws where it is no date.
    static func check(_ day: String?) throws -> String? {
        if let day, CalendarDay(day) == nil { throw UsageError("--as-of: \(day) is no date such as 2026-11-25") }
        return day
    }
}
