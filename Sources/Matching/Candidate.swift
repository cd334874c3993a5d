package import Advisories

/// A range that is filed under one of a package's keys and may hold its version.
package struct Candidate: Sendable, Hashable {
    /// The store's own number of the record.
    package var record: Int64
    package var range: AffectedRange

    package init(record: Int64, range: AffectedRange) {
        self.record = record
        self.range = range
    }
}

/// A range that does hold a package's version.
package struct Match: Sendable, Hashable {
    /// The store's own number of the record.
    package var record: Int64
    package var range: AffectedRange
    /// The version that was compared: the source package's for Debian and Alpine.
    package var comparedVersion: String

    package init(record: Int64, range: AffectedRange, comparedVersion: String) {
        self.record = record
        self.range = range
        self.comparedVersion = comparedVersion
    }
}
