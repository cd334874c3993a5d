/// A failure of Redis, of the connection to it, or of the use made of it.
package struct RedisError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may be added.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The address cannot be understood.
        package static let invalidAddress = Code("invalidAddress")
        /// No connection could be made.
        package static let connectionFailed = Code("connectionFailed")
        /// The connection broke; whether the command took effect is unknown.
        package static let connectionLost = Code("connectionLost")
        /// No reply came in time; the connection was dropped, and whether the command took effect is unknown.
        package static let timeout = Code("timeout")
        /// The task was cancelled; a command in progress may have taken effect.
        package static let cancelled = Code("cancelled")
        /// The connection was closed by its owner.
        package static let closed = Code("closed")
        /// The server refused the user or the password.
        package static let authentication = Code("authentication")
        /// The server answered with an error; see `message`.
        package static let server = Code("server")
        /// The server does not speak the protocol, or a reply exceeds the bounds.
        package static let invalidReply = Code("invalidReply")
        /// A reply is not of the kind asked for.
        package static let unexpectedReply = Code("unexpectedReply")
        /// A command has no words or too many.
        package static let invalidCommand = Code("invalidCommand")
    }

    /// What kind of failure it is.
    package let code: Code
    /// What happened, for an operator; for `server` the server's words, such as `WRONGTYPE Operation against…`.
    package let message: String
    /// Whether the same command may succeed when it is sent again a little later.
    package let isTransient: Bool

    /// The first word of the server's error, such as `WRONGTYPE`, `NOGROUP` or `BUSYGROUP`; empty for other failures.
    package var serverCode: String {
        guard code == .server || code == .authentication else { return "" }
        return String(message.prefix { $0 != " " })
    }

    /// Whether a key holds a value of another kind than the command is for, or than one is in a script, where servers before
    /// version 7 put words of their own in front.
    package var isWrongKind: Bool { code == .server && message.contains("WRONGTYPE") }

    package var description: String { "Redis: \(message)" }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        isTransient =
            switch code {
            case .connectionFailed, .connectionLost, .timeout: true
            case .server: Self.passing.contains(String(message.prefix { $0 != " " }))
            default: false
            }
    }

    /// What a server says while it starts, fails over, or is short of memory, of disk or of replicas.
    private static let passing: Set<String> = [
        "LOADING", "MASTERDOWN", "READONLY", "TRYAGAIN", "BUSY", "OOM", "MISCONF", "NOREPLICAS", "CLUSTERDOWN",
    ]

    /// The failure that an error reply stands for.
    static func server(_ message: String) -> RedisError {
        let word = message.prefix { $0 != " " }
        return RedisError(["NOAUTH", "WRONGPASS", "NOPERM"].contains(word) ? .authentication : .server, message)
    }
}
