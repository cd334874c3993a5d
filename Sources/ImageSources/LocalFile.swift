#if canImport(Glibc)
    import Glibc
#endif

/// A regular file that the user named or that stands in a folder the user named, read at offsets.
final class LocalFile: Sendable {
    let path: String
    let size: Int64
    private let descriptor: Int32

    /// Opens a regular file; pipes and devices are refused without waiting for them.
    init(_ path: String, followsLinks: Bool = true) throws {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
        let opened = open(path, flags)
        guard opened >= 0 else { throw Self.failure(path) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw ImageSourceError(.unreadable, "\(path): not a regular file")
        }
        self.path = path
        descriptor = opened
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes at `offset`, fewer only at the file's end.
    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        guard count > 0, offset >= 0, offset < size else { return [] }
        let wanted = Int(min(Int64(count), size - offset))
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let got = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + filled },
                    wanted - filled,
                    off_t(offset) + off_t(filled)
                )
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                guard got > 0 else { return }
                filled += got
            }
        }
        guard !failed else { throw Self.failure(path) }
        return bytes
    }

    /// The whole file; throws `tooLarge` over `maxBytes`.
    func all(maxBytes: Int) throws -> [UInt8] {
        guard size <= Int64(maxBytes) else {
            throw ImageSourceError(.tooLarge, "\(path): \(size) bytes are over the bound of \(maxBytes)")
        }
        return try read(at: 0, count: maxBytes)
    }

    static func failure(_ path: String) -> ImageSourceError {
        ImageSourceError(.unreadable, "\(path): \(String(cString: strerror(errno)))")
    }
}

/// Questions about paths that the user gave.
enum LocalPath {
    /// Splits `PATH[:NAME]`: the whole text where something of that name exists, else at the first colon before which
    /// something does.
    static func split(_ text: String) -> (path: String, name: String?) {
        if exists(text) { return (text, nil) }
        var index = text.startIndex
        while let colon = text[index...].firstIndex(of: ":") {
            let path = String(text[..<colon])
            if !path.isEmpty, exists(path) {
                let name = String(text[text.index(after: colon)...])
                return (path, name.isEmpty ? nil : name)
            }
            index = text.index(after: colon)
        }
        return (text, nil)
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The path without links, or `nil` where it does not exist.
    static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
