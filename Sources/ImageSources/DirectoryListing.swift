#if canImport(Glibc)
    import Glibc
#endif

/// The system's view of directories; paths are bytes that end in NUL, for names need not be UTF-8.
enum DirectoryListing {
    /// The names in a directory in the order of their bytes, `nil` (and `errno`) where it cannot be read.
    static func names(in path: [CChar]) -> [[UInt8]]? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard let directory = fdopendir(descriptor) else {
            close(descriptor)
            return nil
        }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Fills `status` for the entry itself, not for what a link leads to; false where it has gone.
    static func status(of path: [CChar], _ status: inout stat) -> Bool { lstat(path, &status) == 0 }

    /// What a link says, `nil` where it has gone; no target is longer than the system's paths (limits.h, PATH_MAX).
    static func target(of path: [CChar]) -> [UInt8]? {
        var target = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &target, target.count)
        return count < 0 ? nil : target.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// The device that holds `path`, or `nil` where it has gone.
    static func device(of path: [CChar]) -> UInt? {
        var found = stat()
        return lstat(path, &found) == 0 ? UInt(found.st_dev) : nil
    }
}
