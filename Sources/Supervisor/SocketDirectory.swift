import Foundation

/// The folder of the private servers' sockets, which only their account and root can enter.
enum SocketDirectory {
    /// The longest path of a socket, `sun_path` of unix(7) without its null byte.
    static let maxSocketPath = 107
    /// The longer of the two names in the folder, with the suffix of PostgreSQL's lock file.
    private static let longestName = "/.s.PGSQL.5432.lock"

    /// Where the sockets of a data folder go: in it, unless its path is too long or has characters that PostgreSQL
    /// would take for more than a path.
    static func path(dataPath: String) -> String {
        let path = "\(dataPath)/run"
        let isPlain = path.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "/._-".unicodeScalars.contains($0)
        }
        guard !isPlain || path.utf8.count + longestName.utf8.count > maxSocketPath else { return path }
        return "/tmp/tallyman-\(String(hash(dataPath), radix: 16))"
    }

    /// Makes the folder and checks that nobody else put it there: in `/tmp` anyone may.
    static func make(_ path: String, for user: ServiceUser?) throws(SupervisorError) {
        let owner = user?.uid ?? geteuid()
        if mkdir(path, 0o700) == 0 {
            if let user, lchown(path, user.uid, user.gid) != 0 {
                throw SupervisorError(
                    .unusableFolder,
                    "\(path) cannot be given to \(user.name): \(systemMessage(errno))"
                )
            }
        } else if errno != EEXIST {
            throw SupervisorError(.unusableFolder, "\(path) cannot be made: \(systemMessage(errno))")
        }
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == owner else {
            throw SupervisorError(
                .unusableFolder,
                "\(path) belongs to someone else; remove it or choose another --data-dir"
            )
        }
        guard facts.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else {
            throw SupervisorError(.unusableFolder, "\(path) is open to others: \(systemMessage(errno))")
        }
    }

    /// FNV-1a: the same folder gives the same name in every run.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
