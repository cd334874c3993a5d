/// A failure of PostgreSQL, of the connection to it, or of the use made of it.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may be added.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// No server could ever be reached at the address.
        package static let invalidAddress = Code("invalidAddress")
        /// No connection could be made.
        package static let connectionFailed = Code("connectionFailed")
        /// The connection broke; whether the statement in progress took effect is unknown.
        package static let connectionLost = Code("connectionLost")
        /// The connection or the pool was closed by its owner.
        package static let closed = Code("closed")
        /// No connection of the pool became free in time.
        package static let poolTimeout = Code("poolTimeout")
        /// The server refused the user, the password or the database.
        package static let authentication = Code("authentication")
        /// A row with the same key exists (SQLSTATE 23505).
        package static let uniqueViolation = Code("uniqueViolation")
        /// A referenced row is missing, or a row is still referenced (23503).
        package static let foreignKeyViolation = Code("foreignKeyViolation")
        /// A check, not-null, exclusion or other constraint refused the row (other 23xxx).
        package static let constraintViolation = Code("constraintViolation")
        /// Two transactions conflict: serialization failure or deadlock (class 40).
        package static let conflict = Code("conflict")
        /// The task was cancelled.
        package static let cancelled = Code("cancelled")
        /// The server's statement or lock timeout ended the statement.
        package static let timeout = Code("timeout")
        /// The server lacks memory, disk or connections (class 53).
        package static let resources = Code("resources")
        /// The transaction was rolled back because one of its statements had failed.
        package static let transactionAborted = Code("transactionAborted")
        /// A parameter cannot be sent, such as text with a NUL byte.
        package static let invalidParameter = Code("invalidParameter")
        /// A result is not of the type asked for, or the column is missing or null.
        package static let invalidResult = Code("invalidResult")
        /// The connection was used in a way it does not allow; a mistake of the caller.
        package static let misuse = Code("misuse")
        /// The server refused the statement for any other reason; see `sqlState`.
        package static let server = Code("server")
    }

    /// What kind of failure it is.
    package let code: Code
    /// The five characters that PostgreSQL gives its errors (manual, appendix A), where it was the server that failed.
    package let sqlState: String?
    /// What happened, for an operator.
    package let message: String
    /// More about it, from the server.
    package let detail: String?
    /// What the server suggests.
    package let hint: String?
    /// The name of the constraint that refused a row.
    package let constraint: String?
    /// Whether the same work may succeed when it is done again a little later.
    package let isTransient: Bool

    /// Whether the server can take nothing now, whatever it is: its disk is full (53100), it is read-only (25006), or it has
    /// no connection left (53300).
    package var isRefusalOfAll: Bool { ["53100", "25006", "53300"].contains(sqlState) }
    /// Whether the task was cancelled.
    package var isCancellation: Bool { code == .cancelled }
    /// Whether a new transaction with the same statements should be tried at once: a serialization failure or deadlock.
    package var isConflict: Bool { code == .conflict }

    package var description: String {
        var text = "PostgreSQL: \(message)"
        if let detail { text += " (\(detail))" }
        if let hint { text += "; hint: \(hint)" }
        if let sqlState { text += " [SQLSTATE \(sqlState)]" }
        return text
    }

    init(
        _ code: Code,
        _ message: String,
        sqlState: String? = nil,
        detail: String? = nil,
        hint: String? = nil,
        constraint: String? = nil
    ) {
        self.code = code
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.constraint = constraint
        isTransient = Self.isTransient(code, sqlState: sqlState)
    }

    private static func isTransient(_ code: Code, sqlState: String?) -> Bool {
        switch code {
        case .connectionFailed, .connectionLost, .poolTimeout, .conflict, .resources: true
        // A lock that is held now may be free soon; a statement that took too long would again.
        case .timeout: sqlState == "55P03"
        // After a failover the old primary refuses to write until clients find the new one.
        case .server: sqlState == "25006"
        default: false
        }
    }
}

extension PostgresError.Code {
    /// Classifies an SQLSTATE (PostgreSQL manual, appendix A).
    init(sqlState: String, taskIsCancelled: Bool = false) {
        switch sqlState {
        case "23505": self = .uniqueViolation
        case "23503": self = .foreignKeyViolation
        case "57014": self = taskIsCancelled ? .cancelled : .timeout
        case "55P03": self = .timeout
        case "25P02": self = .transactionAborted
        case "25P03", "57P01", "57P02", "57P03", "57P05": self = .connectionLost
        case "3D000": self = .authentication
        default:
            switch sqlState.prefix(2) {
            case "08": self = .connectionLost
            case "23": self = .constraintViolation
            case "28": self = .authentication
            case "40": self = .conflict
            case "53": self = .resources
            default: self = .server
            }
        }
    }
}
