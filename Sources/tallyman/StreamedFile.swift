import Foundation
import Reports
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A CSV file that is written as its rows come, under a temporary name until it is whole.
final class StreamedFile: Sendable {
    private struct State {
        var writer = CSVWriter(columns: [])
        var pending = 0
        var isOpen = true
    }

    private let descriptor: Int32
    private let path: String
    private let state = Mutex(State())

    private var temporary: String { path + ".part" }

    init(path: String) throws {
        self.path = path
        descriptor = open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserFile.unwritable(path, errno) }
    }

    deinit {
        guard descriptor >= 0, state.withLock(\.isOpen) else { return }
        close(descriptor)
        unlink(temporary)
    }

    func append(_ writer: CSVWriter) throws { state.withLock { $0.writer = writer } }

    func append(_ row: [String]) throws {
        try state.withLock { state in
            state.writer.append(row)
            state.pending += 1
            guard state.pending >= 1000 else { return }
            state.pending = 0
            try UserFile.write(state.writer.take(), to: descriptor, at: path)
        }
    }

    func finish() throws {
        try state.withLock { state in
            try UserFile.write(state.writer.take(), to: descriptor, at: path)
            state.isOpen = false
            guard close(descriptor) == 0, rename(temporary, path) == 0 else {
                let code = errno
                unlink(temporary)
                throw UserFile.unwritable(path, code)
            }
        }
    }
}
