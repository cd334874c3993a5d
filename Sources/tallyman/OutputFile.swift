// Which of the two is said to define `stat` depends on which header the compiler meets first.
import CoreFoundation
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A file that a result goes to: whole, or as it was before.
struct OutputFile {
    /// The file itself where the path is a link to one.
    private let path: String
    /// A pipe, a terminal or another device, which is written to and not replaced.
    private let isDevice: Bool

    /// Throws where nothing could be written, so that nobody waits for a scan in vain.
    init(_ path: String) throws {
        var status = stat()
        let exists = stat(path, &status) == 0
        let kind = status.st_mode & S_IFMT
        guard !exists || kind != S_IFDIR else { throw UserFile.unwritable(path, EISDIR) }
        isDevice = exists && kind != S_IFREG
        self.path = exists && !isDevice ? URL(fileURLWithPath: path).resolvingSymlinksInPath().path : path
        guard !isDevice else { return }
        let folder = URL(fileURLWithPath: self.path).deletingLastPathComponent().path
        guard access(folder, W_OK) == 0 else { throw UserFile.unwritable(path, errno) }
    }

    /// Whether writing it replaces the file at `other`, under whatever name; a device is never replaced, and a terminal is
    /// both standard input and standard output.
    func isFile(at other: String) -> Bool {
        guard !isDevice, let own = Self.resolved(path) else { return false }
        return own == Self.resolved(other)
    }

    /// Whether both are written to one place, where the later would replace the earlier.
    func isSame(as other: OutputFile) -> Bool {
        guard !isDevice, !other.isDevice else { return false }
        return location == other.location
    }

    /// Where it is or will be: its folder without links, and its name there.
    private var location: [String] {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        return [Self.resolved(folder) ?? folder, url.lastPathComponent]
    }

    /// Whether it is there already, in a folder or below it, with such an end of its name.
    func isFile(in folder: String, ending suffix: String = "") -> Bool {
        guard !isDevice, let own = Self.resolved(path), let folder = Self.resolved(folder) else { return false }
        return own.lowercased().hasSuffix(suffix) && own.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    /// The path without links; `nil` where there is no such file.
    private static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    /// Writes beside the file and renames, so that no reader sees half of it.
    func write(_ bytes: [UInt8]) throws {
        guard !isDevice else { return try write(bytes, to: path, flags: O_WRONLY | O_CLOEXEC) }
        let temporary = "\(path).\(getpid()).part"
        do {
            try write(bytes, to: temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
            guard rename(temporary, path) == 0 else { throw UserFile.unwritable(path, errno) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func write(_ bytes: [UInt8], to path: String, flags: Int32) throws {
        let descriptor = open(path, flags, 0o644)
        guard descriptor >= 0 else { throw UserFile.unwritable(self.path, errno) }
        do { try UserFile.write(bytes, to: descriptor, at: self.path) } catch {
            close(descriptor)
            throw error
        }
        // Some file systems say only here that there was no room.
        guard close(descriptor) == 0 else { throw UserFile.unwritable(self.path, errno) }
    }
}
