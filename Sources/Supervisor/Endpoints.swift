import Foundation

/// Where the servers of a running `tallyman up` are.
package struct Endpoints: Sendable, Hashable, Codable {
    /// The database as libpq takes it, `postgresql:///tallyman?host=…&user=tallyman`.
    package var postgres: String
    /// The queue, `unix:///…/redis.sock`.
    package var redis: String
    /// Where the web server listens, `HOST:PORT`.
    package var listen: String
    /// The process that runs the parts.
    package var pid: Int32

    package init(postgres: String, redis: String, listen: String, pid: Int32) {
        self.postgres = postgres
        self.redis = redis
        self.listen = listen
        self.pid = pid
    }

    /// The address of a database behind a socket in this folder.
    static func postgresURL(socketFolder: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        )
        let host = socketFolder.addingPercentEncoding(withAllowedCharacters: unreserved) ?? socketFolder
        return "postgresql:///\(PrivatePostgres.database)?host=\(host)&user=\(PrivatePostgres.role)"
    }
}
