package import Advisories

/// A range that is filed under one of a package's keys and may hold its version.
///
/// A reference: a pass tries the same one on many packages, and keeps it with each that it holds.
package final class Candidate: Sendable, Hashable {
    /// The store's own number of the record.
    package let record: Int64
    package let range: AffectedRange
    let bounds: ParsedBounds

    package init(record: Int64, range: AffectedRange) {
        self.record = record
        self.range = range
        bounds = ParsedBounds(range)
    }

    package static func == (left: Candidate, right: Candidate) -> Bool {
        left === right || left.record == right.record && left.range == right.range
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(record) }
}

/// A range that does hold a package's version.
package struct Match: Sendable, Hashable {
    /// The range as it is filed.
    let candidate: Candidate
    /// The version that was compared: the source package's for Debian and Alpine.
    package let comparedVersion: String

    /// The store's own number of the record.
    package var record: Int64 { candidate.record }
    package var range: AffectedRange { candidate.range }
}
