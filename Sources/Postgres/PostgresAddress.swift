import CPostgres

extension PostgresConfiguration {
    /// What libpq takes for `sslmode` (PostgreSQL manual, 34.1.2).
    private static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    /// Throws `invalidAddress` where no server could ever be reached at ``url``; asks none.
    ///
    /// Nothing of the address is in the message: what libpq stumbles over may be a part of the password.
    package func check() throws(PostgresError) {
        guard url.contains(where: { !$0.isWhitespace }) else {
            throw Self.invalid("it is empty")
        }
        guard let options = PQconninfoParse(url, nil) else {
            throw Self.invalid("in a password : / ? # @ % are written %3A %2F %3F %23 %40 %25")
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                try Self.check(String(cString: keyword), String(cString: value))
            }
            option += 1
        }
    }

    private static func check(_ keyword: String, _ value: String) throws(PostgresError) {
        switch keyword {
        case "port":
            // One for each host; an empty one is the usual.
            for port in value.split(separator: ",") {
                guard let number = Int(port), (1...65_535).contains(number) else {
                    throw invalid("the port must be a number from 1 to 65535")
                }
            }
        case "sslmode":
            guard modes.contains(value) else { throw invalid("sslmode is one of \(modes.joined(separator: ", "))") }
        default: break
        }
    }

    private static func invalid(_ reason: String) -> PostgresError {
        PostgresError(
            .invalidAddress,
            "the address cannot be used: it is written postgres://USER@HOST/DATABASE, or as a list of settings such as "
                + "host=HOST dbname=DATABASE; \(reason)"
        )
    }
}
