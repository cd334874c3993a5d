import Logging

/// A log in which nothing is an error that a task says which was told to stop.
///
/// Hummingbird calls the end of its wait for connections one, on every ordinary stop.
struct StoppingLog: LogHandler {
    private var handler: any LogHandler

    private init(_ handler: any LogHandler) { self.handler = handler }

    /// A logger that writes where `logger` does.
    static func logger(_ logger: Logger) -> Logger {
        var stopping = logger
        stopping.handler = StoppingLog(logger.handler)
        return stopping
    }

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.level >= .error, Task.isCancelled else {
            handler.log(event: event)
            return
        }
        // Levels are looked at before a handler is asked.
        guard handler.logLevel <= .debug else { return }
        var lowered = event
        lowered.level = .debug
        handler.log(event: lowered)
    }
}
