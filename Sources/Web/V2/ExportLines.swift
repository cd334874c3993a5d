import AnchoreAPI
import FleetAPI
import Reports
import Synchronization

/// Rows of an export as text, in parts of some size.
///
/// Used by one thread at a time; the lock is never waited for.
final class ExportLines: Sendable {
    private struct State {
        var table: CSVWriter?
        var bytes: [UInt8] = []
    }

    private let state: Mutex<State>
    private let partBytes: Int

    /// Comma-separated values where there are `columns`, lines of JSON otherwise.
    init(columns: [String]?, partBytes: Int) {
        state = Mutex(State(table: columns.map { CSVWriter(columns: $0) }))
        self.partBytes = partBytes
    }

    /// Adds a row; returns a part once one is full.
    func append(_ record: any APIRecord, _ fields: () -> [String]) -> [UInt8]? {
        state.withLock { state in
            if state.table != nil {
                state.table?.append(fields())
                guard (state.table?.pendingBytes ?? 0) >= partBytes else { return nil }
                return state.table?.take()
            }
            record.json.append(to: &state.bytes)
            state.bytes.append(UInt8(ascii: "\n"))
            guard state.bytes.count >= partBytes else { return nil }
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    /// What is left.
    func rest() -> [UInt8] {
        state.withLock { state in
            defer { state.bytes = [] }
            return state.table?.take() ?? state.bytes
        }
    }
}
