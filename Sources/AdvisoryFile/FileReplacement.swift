import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A file that takes another's place in one step, under a lock that keeps a second writer out.
final class FileReplacement {
    /// Where to write; beside the file, so that renaming stays within one file system.
    let temporaryPath: String

    let path: String

    private let lock: Int32

    /// What SQLite puts behind the name of a file for its journal.
    private static let journal = "-journal"

    /// Makes the folder where there is none and takes the lock `path.lock`; throws `busy` where another holds it.
    init(_ path: String) throws {
        self.path = path
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw AdvisoryFileError(.unwritable, "\(folder.path): cannot be made (\(Self.words(error)))")
        }
        lock = Glibc.open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard lock >= 0 else {
            throw AdvisoryFileError(.unwritable, "\(path): \(String(cString: strerror(errno)))")
        }
        temporaryPath = "\(path).new.\(getpid())"
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw AdvisoryFileError(.busy, "\(path): another import is writing it")
        }
        Self.clear(folder, of: URL(fileURLWithPath: path).lastPathComponent + ".new.")
    }

    /// Removes what imports left behind that were killed: whoever holds the lock is alone.
    ///
    /// Only a process' number may stand behind `prefix`: `a.new.sqlite` is somebody's own file beside `a`.
    private static func clear(_ folder: URL, of prefix: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []  // Then it stays there.
        for name in names where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            let number = rest.hasSuffix(journal) ? rest.dropLast(journal.count) : rest
            guard Int32(number) != nil else { continue }
            unlink("\(folder.path)/\(name)")
        }
    }

    deinit {
        if lock >= 0 { close(lock) }
    }

    /// Whether there is a file to replace.
    var hasExisting: Bool { FileManager.default.fileExists(atPath: path) }

    /// Starts from a copy of the file.
    func copyExisting() throws {
        do {
            try FileManager.default.copyItem(atPath: path, toPath: temporaryPath)
        } catch {
            throw AdvisoryFileError(
                .unwritable,
                "\(path): cannot be copied to the new one beside it (\(Self.words(error))); make room there. "
                    + "What was there stays as it was"
            )
        }
    }

    /// What the system says of an error of Foundation, whose own words are none for an operator.
    private static func words(_ error: any Error) -> String {
        guard let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error,
            (cause as NSError).domain == NSPOSIXErrorDomain
        else { return "the system gives no reason" }
        return String(cString: strerror(Int32(truncatingIfNeeded: (cause as NSError).code)))
    }

    /// Flushes the new file, renames it over the old one, and flushes the folder.
    func commit() throws {
        try flush(temporaryPath)
        guard rename(temporaryPath, path) == 0 else {
            throw AdvisoryFileError(.unwritable, "\(path): \(String(cString: strerror(errno)))")
        }
        try flush(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Removes what was not committed.
    func discard() {
        unlink(temporaryPath)
        unlink(temporaryPath + Self.journal)
    }

    private func flush(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw AdvisoryFileError(.unwritable, "\(path): \(String(cString: strerror(errno)))")
        }
    }
}
