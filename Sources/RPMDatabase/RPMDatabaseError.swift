/// Why no package of an rpm database could be read.
package struct RPMDatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The file is not in one of the three formats.
        package static let notADatabase = Code(rawValue: "notADatabase")
        /// The format is known, this version or variant of it is not (encrypted, for one).
        package static let unsupported = Code(rawValue: "unsupported")
        /// The database is above `RPMDatabaseLimits.maxDatabaseBytes`.
        package static let tooLarge = Code(rawValue: "tooLarge")
        /// The structures which lead to the records are damaged.
        package static let damaged = Code(rawValue: "damaged")
        /// There was not enough memory to hold the database.
        package static let outOfMemory = Code(rawValue: "outOfMemory")
    }

    package let code: Code
    /// A sentence for an operator.
    package let message: String
    /// The result code of sqlite, where sqlite refused.
    package let sqliteCode: Int?

    /// Whether the same file may be readable later.
    package var isTransient: Bool { code == .outOfMemory }

    package var description: String {
        guard let sqliteCode else { return message }
        return "\(message) (sqlite result \(sqliteCode))"
    }

    /// Makes an error of one kind.
    package init(_ code: Code, _ message: String, sqliteCode: Int? = nil) {
        self.code = code
        self.message = message
        self.sqliteCode = sqliteCode
    }
}

/// Why one record, or one part of it, was left out.
struct RecordDamage: Error, Equatable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
