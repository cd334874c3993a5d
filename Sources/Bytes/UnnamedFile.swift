#if canImport(Glibc)
    import Glibc
#endif

/// Temporary files without a name: nothing is left behind, however the process ends.
package enum UnnamedFile {
    /// `O_TMPFILE`, a macro that Swift does not import.
    private static let unnamed: Int32 = 0o20000000 | O_DIRECTORY

    /// Opens one for reading and writing on the file system of `directory`; below 0 where that cannot be, and `errno` says why.
    package static func open(in directory: String) -> Int32 {
        let descriptor = Glibc.open(directory, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        // Not every file system has such files: NFS, FUSE and older overlays have none.
        guard descriptor < 0, [EOPNOTSUPP, EISDIR, EINVAL].contains(errno) else { return descriptor }
        return openRemoved(in: directory)
    }

    /// The same by a name that is taken away at once.
    static func openRemoved(in directory: String) -> Int32 {
        var path = Array("\(directory)/.tallyman-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return descriptor }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}
