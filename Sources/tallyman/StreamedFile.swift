import Foundation
import Reports
import Synchronization

/// A CSV file that is written as its rows come, under a temporary name until it is whole.
final class StreamedFile: Sendable {
    private struct State {
        var writer = CSVWriter(columns: [])
        var pending = 0
    }

    private let handle: FileHandle
    private let path: String
    private let state = Mutex(State())

    init(path: String) throws {
        self.path = path
        guard FileManager.default.createFile(atPath: path + ".part", contents: nil),
            let handle = FileHandle(forWritingAtPath: path + ".part")
        else { throw InputError("\(path) cannot be written") }
        self.handle = handle
    }

    func append(_ writer: CSVWriter) throws { state.withLock { $0.writer = writer } }

    func append(_ row: [String]) throws {
        try state.withLock { state in
            state.writer.append(row)
            state.pending += 1
            guard state.pending >= 1000 else { return }
            state.pending = 0
            try handle.write(contentsOf: Data(state.writer.take()))
        }
    }

    func finish() throws {
        try state.withLock { try handle.write(contentsOf: Data($0.writer.take())) }
        try handle.close()
        guard rename(path + ".part", path) == 0 else { throw InputError("\(path) cannot be replaced") }
    }
}
