extension FileTable {
    /// Links that one path may lead through, as in Linux (path_resolution(7)).
    private static let maxLinks = 40
    /// Directories of a path that are looked at: each costs a search for the path up to there.
    private static let maxParts = 64

    /// The entry that `path` leads to through links in place of directories; links at its end are not followed.
    ///
    /// Package databases list `/bin/ls` where the image has moved `/bin` below `/usr`.
    func resolving(_ path: String) -> FileFact? {
        if let found = self[path] { return found }
        var path = path
        for _ in 0..<Self.maxLinks {
            guard let next = followingFirstLink(of: path) else { return nil }
            if let found = self[next] { return found }
            path = next
        }
        return nil
    }

    /// The path with its first directory that is a link replaced; `nil` where none is.
    private func followingFirstLink(of path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count <= Self.maxParts else { return nil }
        var directory = ""
        for (index, part) in parts.dropLast().enumerated() {
            let parent = directory
            directory += "/" + part
            guard let target = self[directory]?.linkTarget, !target.isEmpty else { continue }
            let whole = (target.hasPrefix("/") ? target : parent + "/" + target)
            return Self.clean(whole + "/" + parts[(index + 1)...].joined(separator: "/"))
        }
        return nil
    }

    /// The absolute path without `.` and `..`; nothing is above the root.
    private static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
