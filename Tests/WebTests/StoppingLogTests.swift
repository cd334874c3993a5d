import Logging
import Synchronization
import Testing

@testable import Web

/// Keeps what is logged.
private struct RecordingLog: LogHandler {
    final class Events: Sendable {
        private let kept = Mutex<[LogEvent]>([])

        var all: [LogEvent] { kept.withLock { $0 } }

        func add(_ event: LogEvent) { kept.withLock { $0.append(event) } }
    }

    let events: Events
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(_ events: Events) { self.events = events }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { events.add(event) }
}

@Suite("What a server logs as it stops")
struct StoppingLogTests {
    @Test("is no error where nobody did anything but stop it")
    func ordinaryStop() async throws {
        let events = RecordingLog.Events()
        let made = ProcessServer(
            listen: "127.0.0.1:0",
            figures: { [] },
            live: [],
            ready: [],
            logger: Logger(label: "test") { _ in RecordingLog(events) }
        )
        let server = try #require(made)
        let running = Task { try await server.run() }  // awaited below
        func isListening() -> Bool { events.all.contains { "\($0.message)".contains("listening on") } }
        for _ in 0..<2000 where !isListening() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(isListening())
        running.cancel()
        _ = await running.result
        #expect(events.all.filter { $0.level >= .error }.map { "\($0.message)" }.isEmpty)
    }

    /// Runs `body` in a task that was told to stop.
    private func stopped(_ body: @escaping @Sendable () -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { body() }
        }
    }

    @Test("is an error only where its task goes on")
    func levels() async {
        let events = RecordingLog.Events()
        func said() -> [String] { events.all.map { "\($0.level) \($0.message)" } }
        var logger = StoppingLog.logger(Logger(label: "test") { _ in RecordingLog(events) })
        logger.error("goes on")
        await stopped { [logger] in
            logger.error("stops")
            logger.warning("says something")
        }
        #expect(said() == ["error goes on", "warning says something"])
        logger.logLevel = .debug
        await stopped { [logger] in logger.error("stops") }
        #expect(said() == ["error goes on", "warning says something", "debug stops"])
    }
}
