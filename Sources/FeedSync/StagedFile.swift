import DedicatedThread
import Foundation
import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// A file on its way: written under a name that nobody reads, on a thread of its own.
actor StagedFile: FeedReceiver {
    /// Bytes that are gathered before they are written.
    private static let pieceBytes = 1 << 20

    let path: String
    private let pool: ThreadPool
    private var handle: FileHandle?
    private var gathered = Data()

    init(path: String, pool: ThreadPool) {
        self.path = path
        self.pool = pool
    }

    func restart() async throws {
        let path = path
        gathered = Data()
        handle = try await pool.run {
            unlink(path)
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw FeedSyncError(.folder, "\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
    }

    func receive(_ bytes: ByteBuffer) async throws {
        gathered.append(contentsOf: bytes.readableBytesView)
        guard gathered.count >= Self.pieceBytes else { return }
        try await write()
    }

    /// Writes what is left and closes the file.
    func finish() async throws {
        try await write()
        handle = nil
    }

    private func write() async throws {
        let (handle, data, path) = (handle, gathered, path)
        gathered = Data()
        try await pool.run {
            do { try handle?.write(contentsOf: data) } catch {
                throw FeedSyncError(.folder, "\(path) cannot be written: \(error.localizedDescription)")
            }
        }
    }
}
