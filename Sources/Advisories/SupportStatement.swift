/// Until when, or how far, a distribution answers for a release or for one package of it.
package struct SupportStatement: Sendable, Codable, Hashable {
    package enum Kind: String, Sendable, Codable {
        /// The ordinary support of a release ends on the date.
        case endOfLife = "end-of-life"
        /// Longer support by the distribution or a vendor ends on the date; the note names it.
        case extendedEnd = "extended-end"
        /// The support of one package ended on the date, before that of its release.
        case packageEnded = "package-ended"
        /// One package is supported in part only; the note says how.
        case packageLimited = "package-limited"
    }

    /// The release as advisories are filed under it, `debian:12`; the distribution alone, `debian`, for every release.
    package var ecosystem: String
    /// The source package, or a pattern in which `.*` stands for anything; `nil` for the release itself.
    package var package: String?
    package var kind: Kind
    /// `YYYY-MM-DD`; `nil` where there is none.
    package var date: String?
    /// The last version that was supported.
    package var lastVersion: String?
    package var note: String

    package init(
        ecosystem: String,
        package: String? = nil,
        kind: Kind,
        date: String? = nil,
        lastVersion: String? = nil,
        note: String = ""
    ) {
        self.ecosystem = ecosystem
        self.package = package
        self.kind = kind
        self.date = date
        self.lastVersion = lastVersion
        self.note = note
    }
}
