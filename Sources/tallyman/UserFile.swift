import Foundation
import Reports

#if canImport(Glibc)
    import Glibc
#endif

/// Files and folders that the user named; what goes wrong with one is told with its path, its cause and a remedy.
enum UserFile {
    private static let pieceBytes = 256 << 10

    /// The bytes of a file or a pipe; throws where there are more than `most`.
    static func read(_ path: String, most: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        return try read(descriptor, path, most: most)
    }

    /// The same of what is open already, under the name `path`.
    static func read(_ descriptor: Int32, _ path: String, most: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            guard count > 0 else { return bytes }
            bytes += piece.prefix(count)
            guard bytes.count <= most else {
                throw InputError("\(path) is larger than \(Figures.bytes(Int64(most))), the most that is read")
            }
        }
    }

    /// Throws where a file cannot be read.
    static func checkReadable(_ path: String) throws {
        guard access(path, R_OK) == 0 else { throw unreadable(path, errno) }
    }

    /// Makes a folder, and those that it lies in, where they are missing; throws where nothing can be written into it.
    static func makeFolder(_ path: String) throws {
        if access(path, F_OK) != 0 {
            let isMissing = errno == ENOENT
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            if isMissing, parent != path { try makeFolder(parent) }
            // Another process may have been faster.
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw unwritable(path, errno) }
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw unwritable(path, ENOTDIR)
        }
        guard access(path, W_OK | X_OK) == 0 else { throw unwritable(path, errno) }
    }

    /// Writes all of `bytes` to an open file, which is at `path`.
    static func write(_ bytes: [UInt8], to descriptor: Int32, at path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unwritable(path, errno) }
            rest = rest.dropFirst(count)
        }
    }

    static func unreadable(_ path: String, _ code: Int32) -> InputError {
        let remedy = remedy(code, "let this user read it, or name another file")
        return InputError("\(path) cannot be read: \(cause(code))\(remedy)")
    }

    static func unwritable(_ path: String, _ code: Int32) -> InputError {
        let remedy = remedy(code, "let this user write there, or name another place")
        return InputError("\(path) cannot be written: \(cause(code))\(remedy)")
    }

    private static func cause(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func remedy(_ code: Int32, _ ofDenial: String) -> String {
        switch code {
        case EACCES, EPERM: "; \(ofDenial)"
        case ENOENT: "; is the path right, as seen from here?"
        case ENOTDIR, EROFS: "; name another place"
        case ENOSPC, EDQUOT: "; make room, or name another place"
        default: ""
        }
    }
}
